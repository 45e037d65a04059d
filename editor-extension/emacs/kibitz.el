;;; kibitz.el --- The kibitz language server in Emacs  -*- lexical-binding: t -*-

;; Package-Requires: ((emacs "28.1"))
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Registers `kibitz serve --stdio' with eglot and with lsp-mode, whichever is
;; loaded, and adds `kibitz-explain', which shows the answer in a buffer.

;;; Code:

(defgroup kibitz nil
  "A language server that suggests, explains, refactors and checks."
  :group 'tools)

(defcustom kibitz-command '("kibitz" "serve" "--stdio")
  "How the server is started."
  :type '(repeat string))

(defcustom kibitz-modes '(python-mode python-ts-mode js-mode js-ts-mode typescript-ts-mode
                          java-mode java-ts-mode c-mode c-ts-mode c++-mode c++-ts-mode
                          ruby-mode ruby-ts-mode go-mode go-ts-mode rust-mode rust-ts-mode
                          sh-mode bash-ts-mode)
  "Major modes that kibitz serves."
  :type '(repeat symbol))

(defcustom kibitz-settings nil
  "The server's settings as a property list, for example (:model \"offline\")."
  :type 'plist)

;;;; eglot

(defvar eglot-server-programs)
(defvar eglot-workspace-configuration)
(declare-function eglot-current-server "eglot" ())
(declare-function eglot--TextDocumentIdentifier "eglot" ())
(declare-function eglot--pos-to-lsp-position "eglot" (&optional pos))
(declare-function jsonrpc-request "jsonrpc")

(with-eval-after-load 'eglot
  ;; Eglot runs one server for a mode: the first entry that matches.
  (add-to-list 'eglot-server-programs (cons kibitz-modes kibitz-command))
  (when kibitz-settings
    (setq-default eglot-workspace-configuration
                  (append (list :kibitz kibitz-settings)
                          (default-value 'eglot-workspace-configuration)))))

;;;; lsp-mode

(declare-function lsp-register-client "lsp-mode" (client))
(declare-function make-lsp-client "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode" (command &optional test-command))
(declare-function lsp-register-custom-settings "lsp-mode" (props))
(declare-function lsp-request "lsp-mode")
(declare-function lsp--text-document-identifier "lsp-mode" ())
(declare-function lsp-point-to-position "lsp-mode" (point))

(with-eval-after-load 'lsp-mode
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection (lambda () kibitz-command))
    :major-modes kibitz-modes
    :server-id 'kibitz
    ;; An add-on runs beside the language's own server instead of in its place.
    :add-on? t
    :initialization-options (lambda () kibitz-settings))))

;;;; Commands

(defun kibitz--target ()
  "The uri and range that a command works on: the region, or point."
  (let ((from (if (use-region-p) (region-beginning) (point)))
        (to (if (use-region-p) (region-end) (point))))
    (if (bound-and-true-p lsp-mode)
        (list :uri (plist-get (lsp--text-document-identifier) :uri)
              :range (list :start (lsp-point-to-position from) :end (lsp-point-to-position to)))
      (list :uri (plist-get (eglot--TextDocumentIdentifier) :uri)
            :range (list :start (eglot--pos-to-lsp-position from)
                         :end (eglot--pos-to-lsp-position to))))))

(defun kibitz--execute (command argument)
  "Run the server's COMMAND with ARGUMENT; its result as a plist or hash table."
  (let ((params (list :command command :arguments (vector argument))))
    (if (bound-and-true-p lsp-mode)
        (lsp-request "workspace/executeCommand" params)
      (jsonrpc-request (or (eglot-current-server) (user-error "No server is running here"))
                       :workspace/executeCommand params :timeout 120))))

(defun kibitz-explain ()
  "Explain the region, or what point is on, in a buffer of its own."
  (interactive)
  (let* ((result (kibitz--execute "kibitz.explain" (kibitz--target)))
         (markdown (if (hash-table-p result) (gethash "markdown" result)
                     (plist-get result :markdown))))
    (with-current-buffer (get-buffer-create "*kibitz*")
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert markdown)
        (goto-char (point-min)))
      (if (fboundp 'gfm-view-mode) (gfm-view-mode) (special-mode))
      (display-buffer (current-buffer)))))

(provide 'kibitz)
;;; kibitz.el ends here
