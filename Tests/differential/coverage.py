"""Which constructs the templates of a test use: read off Jinja2's own syntax trees, so that nothing is claimed."""

import collections
import inspect
import re

from jinja2 import nodes
from jinja2.defaults import DEFAULT_FILTERS, DEFAULT_TESTS

from generator.filters import FILTERS
from generator.methods import METHODS
from outcomes import Case, Outcome
from reference import environment, parse

LOOP = ["index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0", "previtem", "nextitem", "cycle", "changed"]
OPERATORS = {
    nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/", nodes.FloorDiv: "//", nodes.Mod: "%", nodes.Pow: "**",
    nodes.Neg: "unary -", nodes.Pos: "unary +", nodes.Not: "not", nodes.And: "and", nodes.Or: "or", nodes.Concat: "~",
}
COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not in"}

#: Everything that a run must have used, and rendered, at least once.
CONSTRUCTS = sorted(
    [f"operator {sign}" for sign in [*OPERATORS.values(), *COMPARISONS.values()]] + ["operator a < b < c"]
    + [f"literal {kind}" for kind in ["str", "int", "float", "bool", "NoneType", "list", "tuple", "dict"]]
    + [f"loop.{name}" for name in LOOP]
    + ["attribute", "item", "item by number after a dot", "slice", "slice with step", "conditional", "conditional without else", "call"]
    + ["call with keywords", "call with *", "call with **", "test negated"]
    + ["if", "elif", "else of if", "for", "for with condition", "for with else", "for with unpacking", "for within for", "break", "continue"]
    + ["set", "set several", "set block", "set block with filter", "set of a namespace", "with", "with nothing", "filter block", "do", "print"]
    + ["macro", "macro with default", "macro with varargs", "macro with kwargs", "macro with caller", "call block", "call block with parameters"]
    + [f"global {name}" for name in ["range", "dict", "namespace", "cycler", "joiner"]]
    + ["raw", "comment", "text"]
    + [f"white space control {place}" for place in ["{%-", "{%+", "-%}", "+%}", "{{-", "{{+", "-}}", "{#-", "{#+", "-#}", "+#}", "of raw"]]
    + [f"option {name}" for name in ["lenient", "trim_blocks", "lstrip_blocks", "keep_trailing_newline"]]
    + ["refused when compiled"] + [f"fault {kind}" for kind in ["undefined", "type", "value", "zeroDivision", "filterArgument"]]
)
#: Left out for a reason that docs/templates.md gives.
WITHOUT_FILTERS: set[str] = set()
WITHOUT_TESTS: set[str] = set()
FILTER_NAMES = [f"filter {name}" for name in sorted(set(DEFAULT_FILTERS) - WITHOUT_FILTERS)]
#: Signs are tests only by name, in `select` and its like.
TEST_NAMES = [f"test {name}" for name in sorted(set(DEFAULT_TESTS) - WITHOUT_TESTS)]
METHOD_NAMES = [f"method {name}" for name in sorted({method.name for method in METHODS})]
PARAMETERS = sorted({f"filter {f.name}({parameter.name})" for f in FILTERS for parameter in f.parameters})
#: These cannot be rendered: that they are met is all.
FAILING = {construct for construct in CONSTRUCTS if construct.startswith(("fault", "refused"))}


class Coverage:
    def __init__(self):
        self.used = collections.Counter()
        self.rendered = collections.Counter()

    def add(self, case: Case, outcome: Outcome) -> None:
        found = constructs(case)
        if outcome.stage == "compile":
            found = {"refused when compiled"}
        elif outcome.kind:
            found.add(f"fault {outcome.kind}")
        self.used.update(found)
        if outcome.is_rendered:
            self.rendered.update(found)

    def missing(self) -> list[str]:
        """What no template used, or none that rendered."""
        wanted = CONSTRUCTS + FILTER_NAMES + TEST_NAMES + METHOD_NAMES + PARAMETERS
        return [name for name in wanted if not (self.used if name in FAILING else self.rendered)[name]]

    def table(self) -> str:
        names = CONSTRUCTS + FILTER_NAMES + TEST_NAMES + METHOD_NAMES + PARAMETERS
        names += sorted(set(self.used) - set(names))
        rows = [f"{name:<42}{self.used[name]:>8}{self.rendered[name]:>10}" for name in names]
        return "\n".join([f"{'construct':<42}{'used':>8}{'rendered':>10}", *rows])


def constructs(case: Case) -> set[str]:
    tree = parse(case.template, case.options)
    if tree is None:
        return set()
    found = {f"option {name}" for name in case.options.request()}
    for node in tree.find_all(nodes.Node):
        found.update(_of_node(node))
    found.update(_of_tokens(case))
    return found


def _of_node(node: nodes.Node):
    match node:
        case nodes.TemplateData(): yield "text"
        case nodes.Const(): yield f"literal {type(node.value).__name__}"
        case nodes.List() | nodes.Dict(): yield f"literal {type(node).__name__.lower()}"
        case nodes.Tuple() if node.ctx == "load": yield "literal tuple"
        case nodes.Compare():
            yield from (f"operator {COMPARISONS[operand.op]}" for operand in node.ops)
            if len(node.ops) > 1: yield "operator a < b < c"
        case nodes.CondExpr(): yield "conditional" if node.expr2 is not None else "conditional without else"
        case nodes.Getattr():
            yield "attribute"
            if isinstance(node.node, nodes.Name) and node.node.name == "loop": yield f"loop.{node.attr}"
        case nodes.Getitem():
            yield "slice" if isinstance(node.arg, nodes.Slice) else "item"
            if isinstance(node.arg, nodes.Slice) and node.arg.step is not None: yield "slice with step"
        case nodes.Call():
            yield "call"
            if node.kwargs: yield "call with keywords"
            if isinstance(node.node, nodes.Getattr): yield f"method {node.node.attr}"
            if isinstance(node.node, nodes.Name) and node.node.name in environment_globals(): yield f"global {node.node.name}"
            yield from _unpacking(node)
        case nodes.Filter():
            yield f"filter {node.name}"
            yield from _unpacking(node)
            yield from (f"filter {node.name}({name})" for name in _filled(node))
            yield from _named(node)
        case nodes.Test(): yield f"test {node.name}"
        case nodes.Not():
            yield "operator not"
            if isinstance(node.node, nodes.Test): yield "test negated"
        case nodes.If():
            yield "if"
            if node.elif_: yield "elif"
            if node.else_: yield "else of if"
        case nodes.For():
            yield "for"
            if node.test is not None: yield "for with condition"
            if node.else_: yield "for with else"
            if isinstance(node.target, nodes.Tuple): yield "for with unpacking"
            if any(inner is not node for inner in node.find_all(nodes.For)): yield "for within for"
        case nodes.Break() | nodes.Continue(): yield type(node).__name__.lower()
        case nodes.Assign():
            yield "set several" if isinstance(node.target, nodes.Tuple) else "set"
            if isinstance(node.target, nodes.NSRef): yield "set of a namespace"
        case nodes.AssignBlock(): yield "set block" if node.filter is None else "set block with filter"
        case nodes.With(): yield "with" if node.targets else "with nothing"
        case nodes.FilterBlock(): yield "filter block"
        case nodes.ExprStmt(): yield "do"
        case nodes.Macro():
            yield "macro"
            if node.defaults: yield "macro with default"
            names = {name.name for name in node.find_all(nodes.Name)}
            yield from (f"macro with {name}" for name in ("varargs", "kwargs", "caller") if name in names)
        case nodes.CallBlock(): yield "call block with parameters" if node.args else "call block"
    if type(node) in OPERATORS and not isinstance(node, nodes.Not):
        yield f"operator {OPERATORS[type(node)]}"


def environment_globals():
    return ("range", "dict", "namespace", "cycler", "joiner")


def _unpacking(node):
    if node.dyn_args is not None: yield "call with *"
    if node.dyn_kwargs is not None: yield "call with **"


def _named(node: nodes.Filter):
    """The tests and filters that `select`, `map` and their like are given by name."""
    place = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1, "map": 0}.get(node.name)
    if place is not None and len(node.args) > place and isinstance(node.args[place], nodes.Const):
        yield f"{'filter' if node.name == 'map' else 'test'} {node.args[place].value}"


_NO_INPUT = re.compile("Environment|Context|EvalContext")


def _parameters(name: str) -> list[str]:
    """A filter's own parameters: without what Jinja2 passes and the value that is filtered."""
    try:
        names = [p.name for p in inspect.signature(DEFAULT_FILTERS[name]).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    except (KeyError, ValueError):
        return []
    if names and names[0] in ("environment", "env", "context", "eval_ctx"):
        names = names[1:]
    return names[1:]


def _filled(node: nodes.Filter) -> list[str]:
    return _parameters(node.name)[: len(node.args)] + [keyword.key for keyword in node.kwargs]


_TAGS = re.compile(r"\{[%{#][-+]|[-+][%}#]\}")
_RAW = re.compile(r"\{%[-+]\s*(?:end)?raw\s*-?%\}|\{%\s*raw\s*-%\}|\{%\s*endraw\s*[-+]%\}")


def _of_tokens(case: Case):
    """What leaves no trace in the tree."""
    for _, token, text in environment(case.options).lex(case.template):
        match token:
            case "raw_begin": yield "raw"
            case "comment": yield "comment"
            case "block_begin" | "variable_begin" | "comment_begin" | "block_end" | "variable_end" | "comment_end":
                if found := _TAGS.match(text.strip()): yield f"white space control {found.group()}"
            case "name" if text == "print": yield "print"
            case "operator": pass
    if _RAW.search(case.template): yield "white space control of raw"
    if re.search(r"[\w\])]\.\d", case.template): yield "item by number after a dot"
