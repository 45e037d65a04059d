"""What real editors declare, cut down to what a server can act on: recorded from VS Code 1.139 (languageclient 10.1),
Neovim 0.11, Emacs 30 (eglot 1.17) and Vim 9 (ALE 3.3); `minimal` declares nothing."""

from __future__ import annotations

from typing import Any

_KINDS = [
    "",
    "quickfix",
    "refactor",
    "refactor.extract",
    "refactor.inline",
    "refactor.rewrite",
    "source",
    "source.organizeImports",
]
_LITERALS = {"codeActionKind": {"valueSet": _KINDS}}
_RESOLVE = {"properties": ["edit", "command"]}
_BUTTONS = {"messageActionItem": {"additionalPropertiesSupport": True}}
_SYNC = {"didSave": True, "willSave": True, "willSaveWaitUntil": True}

PROFILES: dict[str, dict[str, Any]] = {
    "vscode": {
        "general": {"positionEncodings": ["utf-16"]},
        "workspace": {
            "applyEdit": True,
            "configuration": True,
            "workspaceEdit": {
                "changeAnnotationSupport": {"groupsOnLabel": True},
                "documentChanges": True,
                "failureHandling": "textOnlyTransactional",
                "resourceOperations": ["create", "rename", "delete"],
            },
            "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
            "workspaceFolders": True,
            "diagnostics": {"refreshSupport": True},
            "textDocumentContent": {"dynamicRegistration": True},
        },
        "window": {"showDocument": {"support": True}, "showMessage": _BUTTONS, "workDoneProgress": True},
        "textDocument": {
            "synchronization": _SYNC,
            "inlineCompletion": {"dynamicRegistration": True},
            "diagnostic": {"dataSupport": True, "relatedDocumentSupport": False},
            "publishDiagnostics": {"dataSupport": True},
            "completion": {
                "completionItem": {"snippetSupport": True, "documentationFormat": ["markdown", "plaintext"]}
            },
            "codeAction": {
                "codeActionLiteralSupport": _LITERALS,
                "dataSupport": True,
                "honorsChangeAnnotations": True,
                "isPreferredSupport": True,
                "resolveSupport": _RESOLVE,
            },
        },
    },
    "neovim": {
        "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
        "workspace": {
            "applyEdit": True,
            "configuration": True,
            "workspaceEdit": {"resourceOperations": ["rename", "create", "delete"]},
            "didChangeWatchedFiles": {"dynamicRegistration": False, "relativePatternSupport": True},
            "workspaceFolders": True,
        },
        "window": {"showDocument": {"support": True}, "showMessage": _BUTTONS, "workDoneProgress": True},
        "textDocument": {
            "synchronization": _SYNC,
            "diagnostic": {"dynamicRegistration": False},
            "publishDiagnostics": {"dataSupport": True},
            "completion": {
                "completionItem": {"snippetSupport": True, "documentationFormat": ["markdown", "plaintext"]}
            },
            "codeAction": {
                "codeActionLiteralSupport": _LITERALS,
                "dataSupport": True,
                "isPreferredSupport": True,
                "resolveSupport": _RESOLVE,
            },
        },
    },
    "eglot": {
        "general": {"positionEncodings": ["utf-32", "utf-8", "utf-16"]},
        "workspace": {
            "applyEdit": True,
            "configuration": True,
            "workspaceEdit": {"documentChanges": True},
            "didChangeWatchedFiles": {"dynamicRegistration": True},
            "workspaceFolders": True,
        },
        "window": {"showDocument": {"support": True}, "workDoneProgress": True},
        "textDocument": {
            "synchronization": _SYNC,
            "publishDiagnostics": {},
            "completion": {"completionItem": {"snippetSupport": False}},
            "codeAction": {
                "codeActionLiteralSupport": _LITERALS,
                "dataSupport": True,
                "resolveSupport": _RESOLVE,
            },
        },
    },
    "ale": {
        "workspace": {"applyEdit": False, "configuration": False, "workspaceFolders": False},
        "textDocument": {
            "synchronization": {"didSave": True},
            "publishDiagnostics": {},
            "completion": {"completionItem": {"snippetSupport": False, "documentationFormat": ["plaintext"]}},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
        },
    },
    "minimal": {},
}
