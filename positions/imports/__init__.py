"""What organisations send back on paper of their own: a text with tracked changes, or a table of comments.

Nothing is imported here: the child process of `apart` starts without Django.
"""
