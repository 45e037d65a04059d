-- A language server inside Neovim whose answers a test decides: for what a client must do with answers that
-- come late, twice or not at all. `Fake.suggest(text, ...)` says what the next requests are answered with.
local Fake = { sent = {}, held = {}, hold = false, items = {}, commands = {}, provided = { 'fake.accepted' } }

--- A result's envelope, with checks.
function Fake.result(fields, checks)
  return vim.tbl_extend('force', { engine = 'offline', durationMs = 1, usage = {}, checks = checks or {} }, fields)
end

--- An edit that puts text before everything.
function Fake.edit(uri, text)
  local start_of_file = { line = 0, character = 0 }
  return { changes = { [uri] = { { range = { start = start_of_file, ['end'] = start_of_file }, newText = text } } } }
end

---@param method string
---@return table[] The parameters of every message of that method.
function Fake.of(method)
  return vim.tbl_map(function(entry)
    return entry.params
  end, vim.tbl_filter(function(entry)
    return entry.method == method
  end, Fake.sent))
end

function Fake.suggest(...)
  Fake.items = { ... }
end

local function answer(params)
  local items = {}
  for _, item in ipairs(Fake.items) do
    item = type(item) == 'string' and { insertText = item } or vim.deepcopy(item)
    item.range = item.range or { start = params.position, ['end'] = params.position }
    items[#items + 1] = item
  end
  return { items = items }
end

--- Answers the oldest request that was held back.
function Fake.release()
  local held = table.remove(Fake.held, 1)
  held.callback(nil, answer(held.params))
end

local function start(dispatchers)
  local closing = false
  Fake.notify = dispatchers.notification
  local id = 0
  return {
    request = function(method, params, callback, notify_reply)
      id = id + 1
      local mine = id
      Fake.sent[#Fake.sent + 1] = { method = method, params = params, id = mine }
      local function reply(err, result)
        if notify_reply then
          notify_reply(mine)
        end
        callback(err, result)
      end
      if method == 'initialize' then
        vim.schedule(function()
          reply(nil, {
            capabilities = {
              positionEncoding = Fake.encoding or 'utf-16',
              textDocumentSync = 2,
              inlineCompletionProvider = true,
              executeCommandProvider = { commands = Fake.provided },
              codeActionProvider = true,
            },
          })
        end)
      elseif method == 'textDocument/inlineCompletion' then
        if Fake.hold then
          Fake.held[#Fake.held + 1] = { params = params, callback = reply }
        else
          vim.schedule(function()
            reply(nil, answer(params))
          end)
        end
      elseif method == 'workspace/executeCommand' and Fake.commands[params.command] then
        vim.schedule(function()
          Fake.commands[params.command](params.arguments[1], reply, dispatchers)
        end)
      elseif method == 'textDocument/codeAction' then
        vim.schedule(function()
          reply(nil, Fake.actions or {})
        end)
      else
        vim.schedule(function()
          reply(nil, vim.NIL)
        end)
      end
      return true, mine
    end,
    notify = function(method, params)
      Fake.sent[#Fake.sent + 1] = { method = method, params = params }
      return true
    end,
    is_closing = function()
      return closing
    end,
    terminate = function()
      closing = true
      dispatchers.on_exit(0, 15)
    end,
  }
end

--- Attaches a fake kibitz to the current buffer.
function Fake.attach(ghost)
  local options = vim.tbl_deep_extend('force', vim.deepcopy(require('kibitz').defaults.ghost), ghost or {})
  local kibitz = require('kibitz')
  kibitz.options.ghost = options
  kibitz.is_set_up = true
  require('kibitz.ghost').setup(options)
  local config = require('kibitz.start').config(kibitz.options)
  config.cmd = start
  config.root_dir = nil
  vim.lsp.start(config)
end

_G.Fake = Fake
