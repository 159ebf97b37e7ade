"""Imports of documents from organisations: texts with tracked changes, or tables of comments.

Imports nothing here: the child process of `sandbox` starts without Django.
"""
