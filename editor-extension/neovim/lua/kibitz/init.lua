--- kibitz for Neovim: `require('kibitz').setup({ ... })` is the whole interface.
local M = {}

---@class (exact) kibitz.Keys
---@field accept? string|false
---@field accept_word? string|false
---@field accept_line? string|false
---@field next? string|false
---@field dismiss? string|false
---@field trigger? string|false

---@class (exact) kibitz.Ghost
---@field enabled? boolean Show suggestions while typing.
---@field backend? 'auto'|'own'|'core' `core` is vim.lsp.inline_completion (0.12+), `own` the plugin's; `auto` takes `core` where it exists.
---@field debounce_ms? integer Rest after the last key before a suggestion is asked for (`own` only).
---@field keys? kibitz.Keys Insert mode keys; each keeps its usual meaning while nothing is shown.

---@class (exact) kibitz.Options
---@field cmd? string[] How the server is started.
---@field cmd_env? table<string, string> Environment added to the server's.
---@field filetypes? string[] Only these file types; nil means every file.
---@field root_markers? string[] A folder with one of these is a project.
---@field settings? kibitz.Settings The server's settings.
---@field ghost? kibitz.Ghost

---@type kibitz.Options
M.defaults = {
  cmd = { 'kibitz', 'serve', '--stdio' },
  root_markers = {
    '.git',
    '.hg',
    '.svn',
    '.kibitz.toml',
    'pyproject.toml',
    'setup.py',
    'package.json',
    'Cargo.toml',
    'go.mod',
    'pom.xml',
    'build.gradle',
    'Gemfile',
    'composer.json',
    'CMakeLists.txt',
  },
  settings = {},
  ghost = {
    enabled = true,
    backend = 'auto',
    debounce_ms = 40,
    keys = {
      accept = '<Tab>',
      accept_word = '<M-Right>',
      accept_line = '<M-C-Right>',
      next = '<M-]>',
      dismiss = '<C-]>',
      trigger = '<M-Bslash>',
    },
  },
}

---@type kibitz.Options
M.options = vim.deepcopy(M.defaults)
M.is_set_up = false

--- Names of options that do not exist, so that a typing mistake is told instead of ignored.
---@param given table
---@param known table
---@param prefix string
---@return string[]
local function unknown(given, known, prefix)
  local found = {}
  local optional = { [''] = { cmd_env = true, filetypes = true } }
  for name, value in pairs(given) do
    local here = prefix .. name
    if known[name] == nil and not (optional[prefix] or {})[name] then
      found[#found + 1] = here
    elseif (here == 'ghost' or here == 'ghost.keys') and type(value) == 'table' then
      vim.list_extend(found, unknown(value, known[name], here .. '.'))
    end
  end
  table.sort(found)
  return found
end

---@param given kibitz.Options
local function check(given)
  vim.validate('cmd', given.cmd, 'table', true)
  vim.validate('cmd_env', given.cmd_env, 'table', true)
  vim.validate('filetypes', given.filetypes, 'table', true)
  vim.validate('root_markers', given.root_markers, 'table', true)
  vim.validate('settings', given.settings, 'table', true)
  vim.validate('ghost', given.ghost, 'table', true)
  local names = unknown(given, M.defaults, '')
  if #names > 0 then
    vim.notify('kibitz: no such option: ' .. table.concat(names, ', '), vim.log.levels.WARN)
  end
end

--- Starts kibitz for this and every later file. May be called again with other options.
---@param given? kibitz.Options
function M.setup(given)
  given = given or {}
  check(given)
  M.options = vim.tbl_deep_extend('force', vim.deepcopy(M.defaults), given)
  M.is_set_up = true
  require('kibitz.ghost').setup(M.options.ghost)
  require('kibitz.start').enable(M.options)
end

--- What the server last said of itself, for a status line: '' while all is well and idle.
---@return string
function M.status()
  return require('kibitz.client').status_line()
end

return M
