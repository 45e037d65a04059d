--- Generated from the server's settings; do not edit.
---@meta

---@class (exact) kibitz.Settings
---@field completion? kibitz.Settings.completion Suggestions while typing.
---@field budget? kibitz.Settings.budget What may be spent. A call that could exceed a cap is refused before it is made.
---@field context? kibitz.Settings.context What a model gets to see.
---@field history? kibitz.Settings.history Conversations kept on this machine.
---@field sandbox? kibitz.Settings.sandbox Where code that nobody has read yet is run.
---@field log? kibitz.Settings.log The server's log. It never holds keys, prompts or the text of a file.
---@field privacy? kibitz.Settings.privacy What leaves the machine.
---@field style? kibitz.Settings.style How the project wants its code written.
---@field model? string The model that answers, as `provider/model`; empty or `offline`: the built-in engine.
---@field api_base? string The address of an OpenAI-compatible server, for models served by one.
---@field fallbacks? string[] Models to ask, in order, when the first one cannot answer.
---@field database_url? string Where conversations and usage are kept; empty: kibitz.db in the data folder.
---@field trusted? boolean Whether the workspace is trusted: if not, no model is called and no process is started.

---@class (exact) kibitz.Settings.completion
---@field enabled? boolean Suggest code while you type.
---@field model? string The model for completion; empty: the same as `model`.
---@field debounce_ms? integer Wait this many milliseconds after a key before a model is asked.
---@field max_lines? integer The longest suggestion, in lines.
---@field languages? string[] Only these languages get suggestions; empty: all.

---@class (exact) kibitz.Settings.budget
---@field per_day_usd? number The most that may be spent on models in a day, in US dollars.
---@field per_session_usd? number The most that may be spent by one server or command, in US dollars.

---@class (exact) kibitz.Settings.context
---@field max_tokens? integer The largest prompt for a completion, in tokens.
---@field exclude? string[] Files that are never read, as .gitignore patterns.

---@class (exact) kibitz.Settings.history
---@field enabled? boolean Keep conversations.
---@field max_messages? integer Keep at most this many messages.
---@field retention_days? integer Forget conversations after this many days.

---@class (exact) kibitz.Settings.sandbox
---@field enabled? boolean Run generated tests in a sandbox before they are shown.
---@field timeout_s? integer The longest run, in seconds.
---@field memory_mb? integer The most memory of a run, in megabytes.

---@class (exact) kibitz.Settings.log
---@field level? 'debug'|'info'|'warning'|'error' How much is logged.
---@field file? string The log file; empty: kibitz.log in the platform's log folder.

---@class (exact) kibitz.Settings.privacy
---@field redact? boolean Replace secrets with placeholders before anything is sent.
---@field send_paths? boolean Tell the model the names of files, relative to the project.

---@class (exact) kibitz.Settings.style
---@field notes? string Notes on style, added to what a model is told.
