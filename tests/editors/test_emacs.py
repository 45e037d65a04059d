"""The Emacs configuration with a real Emacs and the real server, through eglot and through lsp-mode."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

SERVER = str(Path(sysconfig.get_path("scripts")) / "kibitz")
CONFIGURATION = Path(__file__).parents[2] / "editor-extension" / "emacs"

SAMPLE = """\
import os


def area(width, height):
    total = width * height
    return total


big = ar
"""

COMMON = r"""
(setq make-backup-files nil auto-save-default nil create-lockfiles nil python-indent-guess-indent-offset nil
      package-user-dir (expand-file-name "elpa" (getenv "HOME")))
(package-initialize)
(require 'cl-lib)
(require 'json)
(defvar result nil)
(defun keep (name value) (push (cons name value) result))
(defmacro until (form what)
  `(let ((end (+ (float-time) 30)) found)
     (while (and (not (setq found ,form)) (< (float-time) end)) (accept-process-output nil 0.02))
     (or found (error "No %s" ,what))))
(add-to-list 'load-path (getenv "KIBITZ_EL"))
(require 'kibitz)
(setcar kibitz-command (getenv "KIBITZ_SERVER"))
(defun explain ()
  (goto-char (point-min)) (search-forward "def area") (backward-char 2)
  (kibitz-explain)
  (with-current-buffer "*kibitz*" (buffer-string)))
"""

EGLOT = (
    COMMON
    + r"""
(require 'eglot) (require 'flymake)
(setq eglot-autoreconnect nil eglot-sync-connect 20 eglot-connect-timeout 30
      eglot-confirm-server-initiated-edits nil)
(add-to-list 'eglot-server-programs (cons kibitz-modes kibitz-command))
(find-file (getenv "SAMPLE"))
(eglot-ensure)
(run-hooks 'post-command-hook)
(until (eglot-current-server) "connection")
(flymake-mode 1)
(keep 'diagnostics
      (until (progn (flymake-start)
                    (mapcar (lambda (d) (format "%d %s" (line-number-at-pos (flymake-diagnostic-beg d))
                                                (substring-no-properties (flymake-diagnostic-text d))))
                            (flymake-diagnostics)))
             "diagnostics"))
(keep 'explanation (explain))
(goto-char (point-max)) (backward-char 1)
(keep 'completions
      (let ((capf (eglot-completion-at-point)))
        (mapcar #'substring-no-properties (all-completions "ar" (nth 2 capf)))))
(goto-char (point-min)) (search-forward "os") (backward-char 1)
(cl-letf (((symbol-function 'completing-read)
           (lambda (_prompt table &rest _)
             (let ((offered (all-completions "" table)))
               (keep 'offered offered)
               (cl-find-if (lambda (title) (string-match-p "[Uu]nused import" title)) offered)))))
  (let ((last-nonmenu-event t)) (eglot-code-actions (point) nil nil t)))
(until (save-excursion (goto-char (point-min)) (not (search-forward "import os" nil t))) "fix")
(keep 'text (buffer-substring-no-properties (point-min) (point-max)))
(set-buffer-modified-p nil)
(eglot-shutdown (eglot-current-server))
(with-temp-file (getenv "RESULT") (insert (json-encode result)))
"""
)

LSP_MODE = (
    COMMON
    + r"""
(require 'lsp-mode)
(setq lsp-auto-guess-root t lsp-restart 'ignore lsp-enable-file-watchers nil lsp-enable-snippet nil
      lsp-session-file (expand-file-name "session" (getenv "HOME")) lsp-warn-no-matched-clients nil
      lsp-enabled-clients '(kibitz))
(find-file (getenv "SAMPLE"))
(lsp)
(until (and (lsp-workspaces) (eq 'initialized (lsp--workspace-status (car (lsp-workspaces))))) "connection")
(keep 'diagnostics
      (until (mapcar (lambda (d) (format "%d %s" (1+ (lsp-get (lsp-get (lsp-get d :range) :start) :line))
                                         (lsp-get d :message)))
                     (gethash (lsp--fix-path-casing (buffer-file-name)) (lsp-diagnostics)))
             "diagnostics"))
(keep 'explanation (explain))
(set-buffer-modified-p nil)
(setq kill-emacs-hook nil)
(with-temp-file (getenv "RESULT") (insert (json-encode result)))
"""
)


def require(what: str, there: bool) -> None:
    """Skips with a printed reason, or fails where the editors are required."""
    if not there:
        if os.environ.get("KIBITZ_REQUIRE_EDITORS") == "1":
            pytest.fail(f"{what} is required and not installed")
        pytest.skip(f"{what} is not installed")


def has_library(name: str) -> bool:
    """Whether Emacs is there and finds the library."""
    if shutil.which("emacs") is None:
        return False
    probe = f"(progn (package-initialize) (kill-emacs (if (locate-library {json.dumps(name)}) 0 1)))"
    return (
        subprocess.run(
            ["emacs", "-q", "--batch", "--eval", probe], capture_output=True, timeout=60
        ).returncode
        == 0
    )


def run(script: str, tmp_path: Path) -> dict[str, Any]:
    """What the script kept."""
    home = tmp_path / "home"
    home.mkdir()
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    sample = project / "shapes.py"
    sample.write_text(SAMPLE, encoding="utf-8")
    (tmp_path / "run.el").write_text(script, encoding="utf-8")
    result = tmp_path / "result.json"
    done = subprocess.run(
        ["emacs", "-q", "--batch", "-l", str(tmp_path / "run.el")],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "KIBITZ_HOME": str(tmp_path / "kibitz"),
            "KIBITZ_EL": str(CONFIGURATION),
            "KIBITZ_SERVER": SERVER,
            "SAMPLE": str(sample),
            "RESULT": str(result),
            "LANG": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert result.is_file(), done.stdout + done.stderr
    kept: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return kept


def test_eglot(tmp_path: Path) -> None:
    require("Emacs with eglot", has_library("eglot"))
    kept = run(EGLOT, tmp_path)
    assert any(text.startswith("1 ") and "`os`" in text for text in kept["diagnostics"]), kept
    assert "area" in kept["explanation"]
    assert any("area" in text for text in kept["completions"]), kept
    assert "import os" not in kept["text"]
    assert "def area(width, height):" in kept["text"]


def test_lsp_mode(tmp_path: Path) -> None:
    require("Emacs with lsp-mode", has_library("lsp-mode"))
    kept = run(LSP_MODE, tmp_path)
    assert any(text.startswith("1 ") and "`os`" in text for text in kept["diagnostics"]), kept
    assert "area" in kept["explanation"]


def test_the_file_compiles_without_a_warning(tmp_path: Path) -> None:
    require("Emacs", shutil.which("emacs") is not None)
    shutil.copy(CONFIGURATION / "kibitz.el", tmp_path)
    done = subprocess.run(
        [
            "emacs",
            "-Q",
            "--batch",
            "--eval",
            "(setq byte-compile-error-on-warn t)",
            "-f",
            "batch-byte-compile",
            "kibitz.el",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
