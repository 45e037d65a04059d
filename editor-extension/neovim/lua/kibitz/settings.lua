--- Generated from the server's settings; do not edit.
---@meta

---@class (exact) kibitz.Settings
---@field completion? kibitz.Settings.completion Suggestions while typing.
---@field models? kibitz.Settings.models The model for one feature; empty: the same as `model`. Completion has its own, `completion.model`.
---@field budget? kibitz.Settings.budget What may be spent. A call that could exceed a cap is refused before it is made.
---@field cache? kibitz.Settings.cache Answers kept in memory, so that the same question is not paid for twice.
---@field limits? kibitz.Settings.limits How hard a model may be asked, so that a provider's own limits are not met.
---@field context? kibitz.Settings.context What a model gets to see.
---@field history? kibitz.Settings.history Conversations kept on this machine.
---@field sandbox? kibitz.Settings.sandbox Where code that nobody has read yet is run.
---@field log? kibitz.Settings.log The server's log. It never holds keys, prompts or the text of a file.
---@field privacy? kibitz.Settings.privacy What leaves the machine.
---@field style? kibitz.Settings.style How the project wants its code written.
---@field model? string The model that answers, as `provider/model`, or `provider/model@http://host/v1` for one at an address of its own; empty or `offline`: the built-in engine.
---@field api_base? string The address of an OpenAI-compatible server, for models served by one.
---@field fallbacks? string[] Models to ask, in order, when the first one cannot answer; the same model at another address shares its work; `offline`: the built-in engine answers last.
---@field key_hosts? string[] Hosts beside a provider's own that may have its key from the environment.
---@field database_url? string Where conversations and usage are kept; empty: kibitz.db in the data folder.
---@field trusted? boolean Whether the workspace is trusted: if not, no model is called and no process is started.

---@class (exact) kibitz.Settings.completion
---@field enabled? boolean Suggest code while you type.
---@field model? string The model for completion; empty: the same as `model`.
---@field debounce_ms? integer Wait this many milliseconds after a key before a model is asked.
---@field max_lines? integer The longest suggestion, in lines.
---@field languages? string[] Only these languages get suggestions; empty: all.
---@field in_comments? boolean Suggest text in comments.
---@field in_strings? boolean Suggest text in strings.

---@class (exact) kibitz.Settings.models
---@field explain? string The model that explains; empty: the same as `model`.
---@field find_bugs? string The model that looks for bugs; empty: the same as `model`.
---@field refactor? string The model that refactors; empty: the same as `model`.
---@field fix? string The model that fixes diagnostics; empty: the same as `model`.
---@field generate_tests? string The model that writes tests; empty: the same as `model`.
---@field chat? string The model for chat; empty: the same as `model`.
---@field judge? string The model that judges pictures; empty: the same as `model`.

---@class (exact) kibitz.Settings.budget
---@field per_day_usd? number The most that may be spent on models in a day, in US dollars.
---@field per_session_usd? number The most that may be spent by one server or command, in US dollars.
---@field allow_unpriced? string[] Models that may be asked although no price is known for them, as `provider/model`; `*`: all. Their tokens are counted.

---@class (exact) kibitz.Settings.cache
---@field enabled? boolean Answer from memory what was just answered.
---@field features? string[] What is answered from memory: any of `complete`, `explain`, `find_bugs` and `judge`.
---@field max_entries? integer Keep at most this many answers.
---@field max_mb? integer Keep at most this many megabytes of them.

---@class (exact) kibitz.Settings.limits
---@field requests_per_minute? integer The most requests to one model in a minute; 0: no limit.
---@field parallel? integer The most requests to one model at the same time; 0: no limit.
---@field models? string[] Other limits for single models, as `provider/model=60/4`: 60 requests a minute, 4 at a time; 0: no limit.

---@class (exact) kibitz.Settings.context
---@field max_tokens? integer The largest prompt for a completion, in tokens.
---@field exclude? string[] Files that are never read, as .gitignore patterns.

---@class (exact) kibitz.Settings.history
---@field enabled? boolean Keep conversations.
---@field max_messages? integer Keep at most this many messages.
---@field retention_days? integer Forget conversations after this many days.

---@class (exact) kibitz.Settings.sandbox
---@field enabled? boolean Run generated tests in a sandbox before they are shown.
---@field project_tests? boolean Run the project's own tests that a change concerns, in the sandbox on a copy, before the change is offered.
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
