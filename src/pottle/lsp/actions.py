"""What an editor offers at a finding: its fix, and a comment that silences it (LSP 3.17, "Code Action Request")."""

from collections.abc import Iterable, Iterator, Sequence

from lsprotocol import types

from pottle.lint.engine import Diagnostic
from pottle.lint.rule import Edit
from pottle.lsp.documents import Documents, Examined
from pottle.lsp.positions import Places
from pottle.text import Span

SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}
FIX_ALL = "source.fixAll.pottle"


def diagnostics(examined: Examined, places: Places) -> list[types.Diagnostic]:
    """The findings as an editor shows them."""
    return [_diagnostic(each, places) for each in examined.checked.diagnostics]


def _diagnostic(found: Diagnostic, places: Places) -> types.Diagnostic:
    told = found.fix.what if found.fix is not None else found.hint
    return types.Diagnostic(
        places.range(found.span),
        found.message + (f"\nhint: {told}" if told else ""),
        severity=SEVERITIES[found.severity],
        code=found.rule,
        source="pottle",
    )


def at(examined: Examined, span: Span) -> list[Diagnostic]:
    """The findings that touch a selection."""
    return [
        each for each in examined.checked.diagnostics if each.span.start <= span.end and span.start <= each.span.end
    ]


class Actions:
    """What can be done about the findings of one document. `creates`: the editor can make files."""

    def __init__(
        self, documents: Documents, examined: Examined, places: Places, encoding: str, *, creates: bool
    ) -> None:
        self._documents = documents
        self._examined = examined
        self._places = places
        self._encoding = encoding
        self._creates = creates

    def of(self, found: Sequence[Diagnostic], asked: types.CodeActionContext) -> list[types.CodeAction]:
        """Fixes first, then comments. All fixes are made, to say what comes of them, where a person asks, and not at every step of the cursor."""
        actions = [*self._fixes(found), *self._comments(found)] if _asked(asked.only, "quickfix") else []
        by_itself = asked.only is None and asked.trigger_kind == types.CodeActionTriggerKind.Automatic
        return [*actions, *self._all()] if _asked(asked.only, FIX_ALL) and not by_itself else actions

    def _fixes(self, found: Iterable[Diagnostic]) -> Iterator[types.CodeAction]:
        for each in found:
            edit = self._edit(each.fix.edits) if each.fix is not None else None
            if each.fix is not None and edit is not None:
                title = each.fix.what[:1].upper() + each.fix.what[1:]
                yield types.CodeAction(
                    f"pottle: {title}" + ("" if each.fix.safe else " (unsafe: look at what it changes)"),
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=[_diagnostic(each, self._places)],
                    is_preferred=each.fix.safe,
                    edit=edit,
                )

    def _comments(self, found: Iterable[Diagnostic]) -> Iterator[types.CodeAction]:
        from pottle.dockerfile.parser import parse
        from pottle.lint.settings import ALWAYS
        from pottle.lint.suppressions import silencing

        source = self._examined.checked.source
        dockerfile = parse(source) if self._examined.document.kind == "dockerfile" else None
        for each in found:
            comment = (
                silencing(source, each.rule, each.span, dockerfile)
                if each.rule not in (ALWAYS, "unused-suppression")
                else None
            )
            edit = self._edit([comment]) if comment is not None else None
            if edit is not None:
                yield types.CodeAction(
                    f"pottle: Ignore `{each.rule}` here",
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=[_diagnostic(each, self._places)],
                    edit=edit,
                )

    def _all(self) -> Iterator[types.CodeAction]:
        if not any(each.fix is not None and each.fix.safe for each in self._examined.checked.diagnostics):
            return
        changes = self._documents.fixed(self._examined)
        whole = [Edit(Span(0, len(each.before)), each.after, each.path) for each in changes]
        edit = self._edit(whole) if whole else None
        if edit is not None:
            yield types.CodeAction("pottle: Make all safe fixes", kind=FIX_ALL, edit=edit)

    def _edit(self, edits: Sequence[Edit]) -> types.WorkspaceEdit | None:
        """Edits of this file and of others; None where one of those cannot be edited."""
        target, document = self._examined.target, self._examined.document
        texts: dict[str, list[types.TextEdit]] = {}
        made: list[types.CreateFile] = []
        for each in edits:
            path = each.path if each.path not in (None, target.path) else None
            uri = document.uri if path is None else self._documents.uri_of(target, path)
            text = document.text if path is None else self._documents.text_of(target, path)
            if uri is None or (text is None and not self._creates):
                return None
            if text is None and uri not in texts:
                made.append(types.CreateFile(uri, options=types.CreateFileOptions(ignore_if_exists=True)))
            places = self._places if path is None else Places(text or "", self._encoding)
            texts.setdefault(uri, []).append(types.TextEdit(places.range(each.span), each.text))
        if not made:
            return types.WorkspaceEdit(changes=texts)
        versioned = [
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, self._version(uri)), list(texts[uri])
            )
            for uri in texts
        ]
        return types.WorkspaceEdit(document_changes=[*made, *versioned])

    def _version(self, uri: str) -> int | None:
        document = self._documents.get(uri)
        return document.version if document is not None else None


def _asked(only: Sequence[str] | None, kind: str) -> bool:
    """Kinds are hierarchical: `source` asks for `source.fixAll.pottle` too."""
    return only is None or any(kind == each or kind.startswith(f"{each}.") for each in only)
