"""Where this workspace is for actions, whoever builds it."""

def workspace_prefix():
    """"" where it is the main workspace; in another one its folder with a slash behind."""
    name = native.repository_name()
    return "" if name == "@" else "external/" + name[1:] + "/"
