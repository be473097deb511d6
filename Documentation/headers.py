# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx extension: make pages of the comments in the headers.

The directive "header" shows a header, or the part of it from the declaration of "from"
to that of "to". It understands Doxygen comments (libuser/include/kipc.h) and plain ones
before macros (uapi/linux/kipc.h). With "comment" it shows only the comment that contains
that text, as it stands there.

It leaves kernel-doc comments to the kernel's directive "kernel-doc", which reads copies of the module's headers in which every DOC: comment begins
with "/**" and in which a table that is made with tabs is a definition list.
"""
import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

TOP = Path(__file__).resolve().parent.parent

COMMENT = re.compile(r"^/\*.*?\*/", re.MULTILINE | re.DOTALL)
DOC = re.compile(r"^/\*\*?\n( \* DOC:.*?\n) \*/", re.MULTILINE | re.DOTALL)
KERNEL_DOC = re.compile(r"^(?:struct|union|enum|typedef)? ?(\w+)(?:\(\))? - ")
TOPIC = re.compile(r"(\A|\n\n)((?:[\w()]+ ?){1,3}[.:])(?= \w)")
MEMBER = re.compile(r"(?:/\*\*([^<].*?)\*/\s*)?([\w ]+?[ *]+)(\w+)((?:\[\w+\])?);"
                    r"(?:[ \t]*/\*\*<(.*?)\*/)?", re.DOTALL)


def text_of(comment):
    """The lines of a comment without what makes it one."""
    lines = re.sub(r"^/\*+<?|\*+/$", "", comment.strip()).split("\n")
    return [lines[0].strip()] + [re.sub(r"^ \* ?", "", line).rstrip() for line in lines[1:]]


def definitions(lines):
    """Turn rows of "<tab>term<tab>text" into a definition list, but not after "::"."""
    inside = literal = False
    for line in lines:
        literal = line.endswith("::") or literal and (not line or line[0] == "\t")
        row = not literal and re.match(r"\t(\S[^\t]*)\t+(\S.*)", line)
        more = re.match(r"\t\t+(\S.*)", line)
        if row:
            yield from ("\t" + row[1], "\t\t" + row[2])
        elif inside and more:
            yield "\t\t" + more[1]
        else:
            yield line
        inside = bool(row or inside and more)


def escape(line):
    """Stars and underscores that are parts of names are no markup."""
    line = re.sub(r"_\*", r"\\_\\*", line)
    return re.sub(r"(?<=\w)_(?!\w)", r"\\_", line)


def prose(lines):
    return [escape(line).expandtabs() for line in definitions(lines)]


def essay(lines):
    """Prose in which the topic of a paragraph, one to three words, is bold."""
    text = re.sub(r"(?m)^DOC: *(.*)", r".. rubric:: \1", "\n".join(prose(lines)))
    return TOPIC.sub(r"\1**\2**", text.strip("\n")).split("\n")


def indent(lines, by="   "):
    return [by + line if line else "" for line in lines]


def function(comment, prototype):
    """A C function of the library with its Doxygen comment."""
    prototype = re.sub(r"^(?:static inline|KIPC_INLINE|extern)\s+", "", prototype)
    body, field = [], False
    for line in prose(re.sub(r"@return", "\n@return", "\n".join(comment)).split("\n")):
        line = re.sub(r"@p (\w+)", r"``\1``", line)
        tag = re.match(r"@(param(?=\S*\s+(\w+))|\w+)(?(2)\S*\s+\w+|)\s*(.*)", line)
        if tag:
            if not field:
                body.append("")
            name = tag[1] + (" " + tag[2] if tag[2] else "")
            body.append(f":{name}: {tag[3]}")
            field = True
        else:
            body.append("   " + line.strip() if field and line else line)
    return [".. c:function:: " + prototype, ""] + indent(body)


def structure(comment, name, body):
    """A structure of the library, with the members that have a comment."""
    shown = [".. c:struct:: " + name, ""] + indent(prose(comment))
    for before, kind, member, array, after in MEMBER.findall(body):
        remark = [line.strip() for line in text_of("/*" + (before or after) + "*/")]
        if any(remark):
            shown += ["", f"   .. c:member:: {' '.join(kind.split())} {member}{array}", ""]
            shown += indent(prose(remark), "      ")
    return shown


def declaration(comment, code):
    """What follows a Doxygen comment."""
    code = code.strip()
    found = re.match(r"struct (\w+)\s*(?:\{(.*?)\n\})?;", code, re.DOTALL)
    if found:
        return structure(comment, found[1], found[2] or "")
    found = re.match(r"#define (\w+)", code)
    if found:
        return [".. c:macro:: " + found[1], ""] + indent(prose(comment))
    head = " ".join(re.match(r"[^;{]*", code)[0].split())
    found = re.match(r"(typedef|extern(?: __thread)?) ([^()]*)$", head)
    if found:
        return [f".. c:{'type' if found[1] == 'typedef' else 'var'}:: {found[2]}",
                ""] + indent(prose(comment))
    return function(comment, head)


def macros(code):
    """The macros in some code as they stand there."""
    lines = re.findall(r"(?m)^#define \w+[ \t(].*", code)
    return ["", ".. code-block:: c", ""] + indent(lines) if lines else []


def show(path, comment, code):
    """The pages' lines for a comment and the code up to the next one."""
    lines = text_of(comment)
    first = lines[1] if comment.startswith("/**\n") else lines[0]
    if "SPDX" in first or re.match(r"-+$", first.strip()):
        return []
    if comment.startswith("/**") and KERNEL_DOC.match(first):
        name = KERNEL_DOC.match(first)[1]
        return [f".. kernel-doc:: {path}", "   :identifiers: " + name] + macros(code)
    if "@file" in first or first.startswith("DOC:"):
        return essay(lines[2 if "@file" in first else 0:])
    if comment.startswith("/**"):
        return declaration(lines, code)
    # Plain comments of the library are for its own developers.
    return [] if path.startswith("libuser") else essay(lines) + macros(code)


def declares(name, code):
    return name and re.search(
        rf"(?m)^#define {name}\b|^(?:struct|union) {name}\b|\b{name}\(", code)


class Header(SphinxDirective):
    required_arguments = 1
    option_spec = dict.fromkeys(("from", "to", "comment"), directives.unchanged)

    def comment(self, comments):
        for comment in comments:
            if self.options["comment"] in comment[0]:
                text = "\n".join(text_of(comment[0])).strip("\n").expandtabs()
                return [nodes.literal_block(text, text, language="none")]
        raise self.error(f"no such comment in {self.arguments[0]}")

    def run(self):
        path = self.arguments[0]
        self.env.note_dependency(str(TOP / path))
        source = (TOP / path).read_text()
        comments = list(COMMENT.finditer(source))
        if "comment" in self.options:
            return self.comment(comments)
        ends = [comment.start() for comment in comments[1:]] + [len(source)]
        begin, end = self.options.get("from"), self.options.get("to")
        lines, inside, ended = [], begin is None, end is None
        for comment, stop in zip(comments, ends):
            code = source[comment.end():stop]
            inside = inside or declares(begin, code)
            ended = ended or inside and declares(end, code)
            if end and ended:
                break
            if inside:
                lines += show(path, comment[0], code) + [""]
        if not inside or not ended:
            raise self.error(f"{path} does not declare {end if inside else begin}")
        node = nodes.section()
        node.document = self.state.document
        self.state.nested_parse(StringList(lines, path), 0, node, match_titles=1)
        return node.children


def kernel_doc_of(match):
    return "/**\n" + "".join(
        (" *" + (line if line[:1] == "\t" else " " + line)).rstrip() + "\n"
        for line in definitions(text_of(match[1]))).replace(" * \n", " *\n") + " */"


def copy_kernel_headers(app):
    for pattern in ("kmod/*.[ch]", "uapi/linux/*.h"):
        for source in TOP.glob(pattern):
            copy = Path(app.config.kerneldoc_srctree) / source.relative_to(TOP)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(DOC.sub(kernel_doc_of, source.read_text()))


def setup(app):
    app.add_directive("header", Header)
    app.connect("builder-inited", copy_kernel_headers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
