"""How templates become Python: Jinja's own compiler, with shorter ways for what our pages do thousands of times.

Three things are left out that no template here needs and that cost as much as the text they draw: each piece of output
is escaped without being wrapped as Markup (the pieces are joined into one text anyway), calls go straight to the
function or macro (those that want Jinja's context still get it), and an imported file of macros is drawn once
(templates are never loaded with globals of their own).
"""

from __future__ import annotations

from typing import Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import _PassArg, missing
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]


def shown(value: Any) -> str:
    """Return `value` as it stands in a page: escaped unless it is markup."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return str(value)
    return escape(value)


class QuickMacro(Macro):
    """A macro that is called by position without Jinja's bookkeeping; all other calls are left to Jinja."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._usual = self._default_autoescape and not (
            self.caller or self.catch_kwargs or self.catch_varargs
        )

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        """Draw the macro."""
        lacking = self._argument_count - len(args)
        if not self._usual or lacking < 0:
            return super().__call__(*args, **kwargs)
        if lacking:
            names = self.arguments[-lacking:]
            args += tuple([kwargs.pop(name, missing) for name in names])
        if kwargs:
            return super().__call__(*args, **kwargs)
        return Markup(self._func(*args))  # noqa: S704 - what a macro draws is escaped already


class QuickTemplate(Template):
    """A template whose macros, imported elsewhere, do not depend on who imports them."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        if self._module is None:
            self._module = self.make_module()
        return self._module


class QuickCode(CodeGenerator):
    """Writes the Python of a template."""

    def visit_Template(  # noqa: N802
        self, node: nodes.Template, frame: Frame | None = None
    ) -> None:
        """Bring our two helpers into the module, then write it as usual."""
        self.writeline(f"from {__name__} import QuickMacro, shown")
        super().visit_Template(node, frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("shown(")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        """Make the macro a quick one."""
        self.write("Quick")
        super().macro_def(macro_ref, frame)

    def visit_Call(  # noqa: N802
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        """Call what needs nothing from Jinja directly."""
        if self._wants_context(node.node) or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")

    def _wants_context(self, called: nodes.Expr) -> bool:
        """Tell whether a function of the environment asks for Jinja's context (`@pass_context` and its like)."""
        if not isinstance(called, nodes.Name):
            return False
        found: Any = self.environment.globals.get(called.name)
        return found is not None and _PassArg.from_obj(found) is not None


class PageEnvironment(FlaskEnvironment):
    """The environment of all pages."""

    code_generator_class = QuickCode
    template_class = QuickTemplate
