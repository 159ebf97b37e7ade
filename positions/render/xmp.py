"""XMP metadata that claims both PDF/A-3a and PDF/UA-1."""

from typing import Any

from weasyprint.pdf.metadata import DocumentMetadata

# PDF/A allows declared properties only, so the PDF/UA claim includes its schema (ISO 19005-3, 6.6.2.3; ISO 14289-1, 5).
UNIVERSAL_ACCESS = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
END = b"</rdf:RDF>"


class BothClaims(DocumentMetadata):
    """WeasyPrint's PDF/A-3a metadata with the PDF/UA-1 claim added, uncompressed so that any tool finds it."""

    def include_in_pdf(self, pdf: Any, variant: str, version: int, conformance: str, compress: bool) -> None:
        """Write the metadata stream into the PDF."""
        super().include_in_pdf(pdf, variant, version, conformance, compress=False)

    def generate_rdf_metadata(self, variant: str, version: int, conformance: str) -> bytes:
        """Return the RDF with both claims."""
        described = super().generate_rdf_metadata(variant, version, conformance)
        return described.removesuffix(END) + UNIVERSAL_ACCESS + END


def with_both_claims(metadata: DocumentMetadata) -> BothClaims:
    """Return a document's metadata with both claims."""
    return BothClaims(**vars(metadata))
