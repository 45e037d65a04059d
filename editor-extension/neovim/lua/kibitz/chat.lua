--- One conversation in a window.
local M = {}

local answers = require('kibitz.answers')
local client_module = require('kibitz.client')
local render = require('kibitz.render')

---@type string? The conversation that goes on.
local conversation

--- Sends a message and streams the answer below it; `fresh` forgets the conversation so far.
---@param message string
---@param opts {bufnr: integer, range?: lsp.Range, fresh?: boolean}
function M.send(message, opts)
  local view = require('kibitz.view').open('chat', { keep = not opts.fresh and conversation ~= nil })
  view:finish(true)
  if opts.fresh then
    conversation = nil
  end
  local before = view:text()
  view:set((before ~= '' and before .. '\n\n' or '') .. '> ' .. message:gsub('\n', '\n> ') .. '\n\n')
  local count = vim.api.nvim_buf_line_count(view.bufnr) - 1
  vim.keymap.set('n', '<CR>', function()
    vim.ui.input({ prompt = 'kibitz: ' }, function(more)
      if more and more ~= '' then
        M.send(more, { bufnr = opts.bufnr })
      end
    end)
  end, { buffer = view.bufnr, desc = 'kibitz: go on' })
  local argument = {
    message = message,
    conversationId = conversation,
    uri = vim.api.nvim_buf_get_name(opts.bufnr) ~= '' and vim.uri_from_bufnr(opts.bufnr) or nil,
    range = opts.range,
  }
  local tick = vim.api.nvim_buf_get_changedtick(opts.bufnr)
  view.on_close = client_module.execute('kibitz.chat.send', argument, {
    bufnr = opts.bufnr,
    on_part = function(value)
      if type(value) ~= 'table' then
        return
      end
      if value.kind == 'text' and type(value.delta) == 'string' then
        view:append(value.delta)
      elseif value.kind == 'tool' then
        view:append(('\n_%s %s_\n'):format(value.name or 'tool', value.state or ''))
      end
    end,
    on_done = function(result, err, code)
      view:finish()
      if not result then
        view:replace_from(count, code == -32800 and 'Cancelled.' or '**' .. (err or 'no answer') .. '**')
        return
      end
      conversation = result.conversationId
      view:replace_from(count, render.chat(result))
      if type(result.edit) == 'table' then
        vim.ui.select({ 'Apply', 'Discard' }, { prompt = 'kibitz suggests an edit' }, function(choice)
          if choice == 'Apply' then
            answers.apply(result, opts.bufnr, tick, 'chat')
          end
        end)
      end
    end,
  })
end

return M
