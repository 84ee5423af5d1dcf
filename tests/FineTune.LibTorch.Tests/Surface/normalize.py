"""Makes surface.txt, what SurfaceTests need of TorchSharp's public surface, out of two lists of it.

    python3 normalize.py surface-0.107.txt surface-0.99.6.txt > surface.txt

A list has one member a line: `type :: member`. The result has a tag for the versions that have a member
(B: both, N: the newer alone, O: the older alone; small where it may be called so, as trailing parameters are
optional), and only what overload resolution sees of it: names and
the types of parameters, without namespaces, nullability, defaults and the names of parameters. Words that
stand in signatures of both lists have the tag W: types that the lists use and do not list are among them.
Names of parameters that a member has in both have the tag P: arguments may be passed by these.
"""
import re
import sys


def split(text):
    parts, depth, current = [], 0, ""
    for char in text:
        depth += (char in "<([{") - (char in ">)]}")
        if char == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    return [part.strip() for part in parts + [current] if part.strip()]


def type_name(text):
    """The type without namespace, enclosing types, nullability and names of tuple elements."""
    text = text.strip().replace("?", "").replace("@", "")
    text = re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text)
    tuple_ = re.match(r"^\((.*)\)((?:\[[, ]*\])*)$", text)
    if tuple_:
        return "(" + ",".join(type_name(re.sub(r"\s+\w+$", "", part)) for part in split(tuple_[1])) + ")" + tuple_[2]
    generic = re.match(r"^(\w+)<(.*)>((?:\[[, ]*\])*)$", text)
    if generic:
        return generic[1] + "<" + ",".join(type_name(part) for part in split(generic[2])) + ">" + generic[3]
    return {"Int64": "long", "Single": "float", "Double": "double", "Boolean": "bool"}.get(text, text.replace(" ", ""))


def parameter(text):
    text = re.sub(r"^\[[^\]]*\]\s*", "", re.sub(r"\s*=.*$", "", text))
    by_reference = re.match(r"^(ref|out|in)\s", text)
    text = re.sub(r"^((params|this|ref|out|in|scoped)\s+)+", "", text)
    return ("ref " if by_reference else "") + type_name(re.sub(r"\s*@?\w+$", "", text))


def parameters(text):
    """With what a call may leave out after a semicolon."""
    parts = split(text)
    required = len(parts)
    while required and "=" in parts[required - 1]:
        required -= 1
    names = [parameter(part) for part in parts]
    return ",".join(names[:required]) + (";" + ",".join(names[required:]) if required < len(names) else "")


def member(text):
    text = re.sub(r"\s*\[Obsolete\]\s*$", "", text.strip())
    text = re.sub(r"\)\s+where \w+ : .*$", ")", text)
    if text.startswith(("internal ", "delegate ")):
        return None
    if text.startswith("TYPE"):
        return "TYPE"
    if text.startswith("ENUM"):
        return "ENUM " + ",".join(part.split("=")[0].strip() for part in split(text[5:]))
    static = bool(re.search(r"^(\w+ )*static ", text)) or text.startswith("const ")
    text = re.sub(r"^((static|override|virtual|abstract|protected|sealed|new|const|readonly|async|internal)\s+)+", "", text)
    prefix = "static " if static else ""
    if match := re.match(r"^(?:prop|field) .*?(@?\w+)\s*(\{.*|=.*)?$", text):
        return prefix + "value " + match[1].lstrip("@")
    if match := re.match(r"^ctor .*?\((.*)\)$", text):
        return "ctor(" + parameters(match[1]) + ")"
    if match := re.match(r"^indexer .* this\[(.*)\]\s*\{.*$", text):
        return "this[" + parameters(match[1]) + "]"
    if match := re.match(r"^(implicit|explicit) operator (.+?)\((.*)\)$", text):
        return match[1] + " " + type_name(match[2]) + "(" + parameters(match[3]) + ")"
    if match := re.match(r"^.* operator (\S+?)\s*\((.*)\)$", text):
        return "operator " + match[1] + "(" + parameters(match[2]) + ")"
    if match := re.match(r"^(?:.+?) (@?\w+)(?:<[^(]*>)?\((.*)\)\s*(where .*)?$", text):
        return prefix + match[1].lstrip("@") + "(" + parameters(match[2]) + ")"
    raise ValueError(text)


def read(path):
    """All members, and all forms in which they may be called."""
    members, calls = set(), set()
    for line in open(path):
        owner, text = line.rstrip("\n").split(" :: ", 1)
        normal = member(text)
        if normal is None:
            continue
        normal = re.sub(r"\s+", "", owner) + " :: " + normal
        shape = re.match(r"^(.*[(\[])([^;]*);(.*)([)\]])$", normal)
        if not shape:
            members.add(normal)
            continue
        start, required, optional, end = shape.groups()
        given = [required] if required else []
        for name in split(optional):
            calls.add(start + ",".join(given) + end)
            given.append(name)
        members.add(start + ",".join(given) + end)
    return members, calls | members


def parameter_names(path):
    """Members with a parameter's name each, without types: `type :: member name`."""
    found = set()
    for line in open(path):
        owner, text = line.rstrip("\n").split(" :: ", 1)
        text = re.sub(r"\s*\[Obsolete\]\s*$", "", re.sub(r"\s+where .*$", "", text.strip()))
        if not text.endswith(")"):
            continue
        start, depth = len(text) - 1, 1
        while depth:
            start -= 1
            depth += (text[start] == ")") - (text[start] == "(")
        name = re.sub(r"<.*>$", "", text[:start].strip()).split()[-1].lstrip("@")
        for part in split(text[start + 1:-1]):
            word = re.search(r"(\w+)$", re.sub(r"\s*=.*$", "", part).strip())
            found.add(" ".join([re.sub(r"\s+", "", owner), "::", "ctor" if text.startswith("ctor") else name, word[1]]))
    return found


def words(path):
    return {word for line in open(path) for word in re.findall(r"\w+", line.split(" :: ", 1)[1])}


(newer, newer_calls), (older, older_calls) = read(sys.argv[1]), read(sys.argv[2])
for line in sorted(newer | older):
    print("B" if line in newer and line in older else "N" if line in newer else "O", line)
for line in sorted((newer_calls | older_calls) - (newer & older)):
    in_newer, in_older = line in newer_calls - newer, line in older_calls - older
    if in_newer or in_older:
        print("b" if in_newer and in_older else "n" if in_newer else "o", line)
for word in sorted(words(sys.argv[1]) & words(sys.argv[2])):
    print("W", word)
for line in sorted(parameter_names(sys.argv[1]) & parameter_names(sys.argv[2])):
    print("P", line)
