--- The running language client: how it is found, spoken to and listened to.
local M = {}

M.name = 'kibitz'

---@type table<string, fun(value: table)> Who listens to the partial results of a running command.
local sinks = {}
local last_token = 0

---@type {kind: string, message: string, busy: boolean}
local status = { kind = 'Normal', message = '', busy = false }

---@param message string
---@param level? integer
function M.notify(message, level)
  vim.notify('kibitz: ' .. message, level or vim.log.levels.INFO)
end

--- One sentence for a person out of an LSP error; the server's hint, where there is one, follows it.
---@param err lsp.ResponseError
---@return string
function M.error_text(err)
  local data = type(err.data) == 'table' and err.data or {}
  local message = type(data.message) == 'string' and data.message ~= '' and data.message or err.message
  if type(data.hint) == 'string' and data.hint ~= '' then
    return message .. ' ' .. data.hint
  end
  return message
end

--- The running client of a buffer, or any running one where the buffer has none.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.get(bufnr)
  bufnr = bufnr or vim.api.nvim_get_current_buf()
  local found
  for _, client in ipairs(vim.lsp.get_clients({ name = M.name })) do
    if not client:is_stopped() then
      if client.attached_buffers[bufnr] then
        return client
      end
      found = found or client
    end
  end
  return found
end

---@type table<string, lsp.Handler>
M.handlers = {}

M.handlers['$/progress'] = function(err, params, ctx)
  local sink = params and sinks[params.token]
  if sink then
    sink(params.value)
    return
  end
  return vim.lsp.handlers['$/progress'](err, params, ctx)
end

M.handlers['didChangeStatus'] = function(_, params)
  status = {
    kind = params.kind or 'Normal',
    message = params.message or '',
    busy = params.busy == true,
  }
  vim.api.nvim_exec_autocmds('User', { pattern = 'KibitzStatus', modeline = false, data = status })
end

function M.status_line()
  if status.kind ~= 'Normal' then
    return 'kibitz: ' .. (status.message ~= '' and status.message or status.kind)
  end
  return status.busy and 'kibitz …' or ''
end

--- Runs a command of the server. `on_done` gets the result, or nil and a sentence; `on_part` each partial
--- result. Returns a function that cancels, or nil where there is no server.
---@param command string
---@param argument table
---@param opts {bufnr?: integer, on_part?: fun(value: table), on_done: fun(result: table?, err: string?, code: integer?)}
---@return fun()?
function M.execute(command, argument, opts)
  local bufnr = opts.bufnr or vim.api.nvim_get_current_buf()
  local client = M.get(bufnr)
  if not client then
    opts.on_done(nil, 'no server is running for this file; see :checkhealth kibitz')
    return nil
  end
  local token
  if opts.on_part then
    last_token = last_token + 1
    token = 'kibitz.nvim/' .. last_token
    sinks[token] = opts.on_part
    argument = vim.tbl_extend('force', argument, { partialResultToken = token })
  end
  local sent, id = client:request('workspace/executeCommand', {
    command = command,
    arguments = { next(argument) == nil and vim.empty_dict() or argument },
  }, function(err, result)
    if token then
      sinks[token] = nil
    end
    if err then
      opts.on_done(nil, M.error_text(err), err.code)
    elseif type(result) == 'table' then
      opts.on_done(result)
    else
      opts.on_done(nil, 'the server had no answer')
    end
  end, bufnr)
  if not sent then
    opts.on_done(nil, 'the server has stopped; :Kibitz restart starts it again')
    return nil
  end
  return function()
    if id and client.requests[id] then
      client:cancel_request(id)
    end
  end
end

return M
