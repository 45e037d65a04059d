--- What is done with the server's answers: told, shown, listed or applied.
local M = {}

local client_module = require('kibitz.client')
local render = require('kibitz.render')

---@param text string
---@param level? integer
function M.say(text, level)
  client_module.notify(text, level)
end

---@param err? string
---@param code? integer
function M.complain(err, code)
  -- -32800 answers a request that we withdrew ourselves.
  if code ~= -32800 then
    M.say(err or 'no answer', vim.log.levels.ERROR)
  end
end

--- Applies an edit the server offers, unless the buffer moved on or a check failed and the user says no.
---@param result table
---@param bufnr integer
---@param tick integer The buffer's changedtick when the command was sent.
---@param what string
function M.apply(result, bufnr, tick, what)
  local edit = result.edit
  if type(edit) ~= 'table' or (vim.tbl_isempty(edit.changes or {}) and vim.tbl_isempty(edit.documentChanges or {})) then
    M.say(what .. ': nothing to change')
    return
  end
  if not vim.api.nvim_buf_is_valid(bufnr) or vim.api.nvim_buf_get_changedtick(bufnr) ~= tick then
    M.say(what .. ': the file changed meanwhile, so nothing was applied; run it again', vim.log.levels.WARN)
    return
  end
  local client = client_module.get(bufnr)
  local summary = render.checks(result.checks)
  local function perform()
    vim.lsp.util.apply_workspace_edit(edit, client and client.offset_encoding or 'utf-16')
    local elsewhere = render.other_files(edit, vim.uri_from_bufnr(bufnr))
    if #elsewhere > 0 then
      M.say('changed, not saved: ' .. table.concat(elsewhere, ', '))
    end
  end
  if render.failed(result.checks) then
    vim.ui.select({ 'Discard', 'Apply anyway' }, { prompt = what .. ': ' .. summary }, function(choice)
      if choice == 'Apply anyway' then
        perform()
      end
    end)
    return
  end
  M.say(what .. ': ' .. summary)
  perform()
end

--- Runs a command whose answer is Markdown, streaming it into a view.
---@param name string The view.
---@param command string
---@param argument table
---@param bufnr integer
---@param finish fun(result: table): string The complete text.
function M.stream(name, command, argument, bufnr, finish)
  local view = require('kibitz.view').open(name)
  view:set('…')
  local started = false
  view.on_close = client_module.execute(command, argument, {
    bufnr = bufnr,
    on_part = function(value)
      if type(value) == 'table' and value.kind == 'text' and type(value.delta) == 'string' then
        if not started then
          started = true
          view:set('')
        end
        view:append(value.delta)
      end
    end,
    on_done = function(result, err, code)
      view:finish()
      if result then
        view:set(finish(result))
      elseif code == -32800 then
        view:set('Cancelled.')
      else
        view:set('**' .. (err or 'no answer') .. '**')
      end
    end,
  })
end

---@param result table
---@param bufnr integer
function M.show_findings(result, bufnr)
  local client = client_module.get(bufnr)
  local items = render.quickfix(result.findings or {}, client and client.offset_encoding or 'utf-16')
  vim.fn.setqflist({}, ' ', { title = 'kibitz: bugs', items = items })
  if #items == 0 then
    M.say('no bugs found')
    vim.cmd.cclose()
  else
    M.say(('%d finding%s'):format(#items, #items == 1 and '' or 's'))
    vim.cmd('botright copen')
    vim.cmd.wincmd('p')
  end
end

return M
