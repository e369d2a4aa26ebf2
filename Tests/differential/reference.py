"""The reference: the real Jinja2, set up as Tollgate promises to behave."""

import functools
import inspect

import jinja2
import jinja2.meta
import jinja2.nodes
import jinja2.sandbox

from outcomes import Options, Outcome

#: How the message of a fault begins that Jinja2 met while it compiled.
FOLDING = "while compiling"
EXTENSIONS = ["jinja2.ext.loopcontrols", "jinja2.ext.do"]


@functools.lru_cache(maxsize=None)
def environment(options: Options) -> jinja2.Environment:
    return jinja2.sandbox.ImmutableSandboxedEnvironment(
        undefined=jinja2.Undefined if options.lenient else jinja2.StrictUndefined,
        extensions=EXTENSIONS,
        trim_blocks=options.trim_blocks,
        lstrip_blocks=options.lstrip_blocks,
        keep_trailing_newline=options.keep_trailing_newline,
        cache_size=0,
        auto_reload=False,
    )


def fault_kind(error: BaseException) -> str:
    """The name that Tollgate gives to a class of errors. The order matters: later classes are bases of earlier ones."""
    for name, classes in (
        ("undefined", jinja2.UndefinedError),
        ("refused", jinja2.sandbox.SecurityError),
        ("filterArgument", jinja2.exceptions.FilterArgumentError),
        ("runtime", jinja2.exceptions.TemplateRuntimeError),
        ("zeroDivision", ZeroDivisionError),
        ("overflow", OverflowError),
        ("type", (TypeError, AttributeError)),
        ("value", (ValueError, LookupError, AssertionError)),
        ("depth", RecursionError),
        ("memory", MemoryError),
        ("runtime", RuntimeError),
        # Jinja2 calculates a constant such as 1e308 * 10, and writes it into its program as `inf`, a name.
        ("name", NameError),
    ):
        if isinstance(error, classes):
            return name
    raise error


@functools.lru_cache(maxsize=None)
def eager_environment(options: Options) -> jinja2.Environment:
    """The same, but what a filter would make when it is asked for, it makes at once."""
    changed = environment(options).overlay()
    changed.filters = {name: _eager(filter) for name, filter in changed.filters.items()}
    return changed


def _eager(filter):
    @functools.wraps(filter)
    def made(*arguments, **keywords):
        value = filter(*arguments, **keywords)
        return iter(list(value)) if inspect.isgenerator(value) else value

    return made


def eager(template: str, context: dict, options: Options) -> Outcome:
    return _rendered(eager_environment(options), template, context)


def render(template: str, context: dict, options: Options) -> Outcome:
    return _rendered(environment(options), template, context)


def _rendered(environment: jinja2.Environment, template: str, context: dict) -> Outcome:
    try:
        compiled = environment.from_string(template)
    except (jinja2.TemplateSyntaxError, SyntaxError) as error:
        return Outcome(stage="compile", message=str(error))
    except Exception as error:  # noqa: BLE001
        # Jinja2 calculates with constants while it compiles, and some that fail do so there and then.
        return Outcome(stage="render", kind=fault_kind(error), message=f"{FOLDING}: {type(error).__name__}: {error}")
    try:
        return Outcome(output=compiled.render(context))
    except Exception as error:  # noqa: BLE001 - whatever a template makes Python raise
        return Outcome(stage="render", kind=fault_kind(error), message=f"{type(error).__name__}: {error}")


def parse(template: str, options: Options = Options()) -> jinja2.nodes.Template | None:
    """The syntax tree; None where there is none."""
    try:
        return environment(options).parse(template)
    except jinja2.TemplateSyntaxError:
        return None


def undeclared_variables(template: str) -> set[str] | None:
    """What a template looks up in its context; None where it does not compile."""
    try:
        return jinja2.meta.find_undeclared_variables(environment(Options()).parse(template))
    except Exception:  # noqa: BLE001 - as of folding in `render`
        return None
