--- The same actions as `ghost.lua`, over Neovim 0.12's own vim.lsp.inline_completion, which draws, asks and
--- runs the accepted item's command itself. What was shown is not reported: it does not say.
local M = {}

local api = vim.api

---@return boolean
function M.visible()
  -- It has no function that says so, and get() would accept: what it drew is what there is to see.
  local marks = api.nvim_get_namespaces()['nvim.lsp.inline_completion']
  return marks ~= nil and #api.nvim_buf_get_extmarks(0, marks, 0, -1, { limit = 1 }) > 0
end

---@return boolean
function M.accept()
  return vim.lsp.inline_completion.get()
end

---@param pattern string
---@return boolean
local function accept_part(pattern)
  return vim.lsp.inline_completion.get({
    on_accept = function(item)
      local cursor = api.nvim_win_get_cursor(0)
      local row, col = cursor[1] - 1, cursor[2]
      local text = type(item.insert_text) == 'table' and item.insert_text.value or item.insert_text --[[@as string]]
      local from = item.range and { item.range.start.row, item.range.start.col } or { row, col }
      local typed = table.concat(api.nvim_buf_get_text(0, from[1], from[2], row, col, {}), '\n')
      if not vim.startswith(text, typed) then
        return
      end
      local rest = text:sub(#typed + 1)
      local part = vim.fn.matchstr(rest, pattern)
      local lines = vim.split(part, '\n', { plain = true })
      api.nvim_buf_set_text(0, row, col, row, col, lines)
      api.nvim_win_set_cursor(0, { row + #lines, (#lines == 1 and col or 0) + #lines[#lines] })
      local client = vim.lsp.get_client_by_id(item.client_id)
      if client and part == rest and item.command then
        client:exec_cmd(item.command, { bufnr = api.nvim_get_current_buf() })
      elseif client then
        client:notify('textDocument/didPartiallyAcceptCompletion', {
          item = { insertText = item.insert_text, command = item.command },
          acceptedLength = vim.str_utfindex(typed .. part, 'utf-16'),
        })
      end
    end,
  })
end

---@return boolean
function M.accept_word()
  return accept_part(require('kibitz.ghost').WORD)
end

---@return boolean
function M.accept_line()
  return accept_part(require('kibitz.ghost').LINE)
end

---@return boolean
function M.next()
  vim.lsp.inline_completion.select({ count = 1 })
  return true
end

function M.dismiss()
  -- Switching it off and on again is the public way to take the suggestion off the screen.
  vim.lsp.inline_completion.enable(false, { bufnr = 0 })
  vim.lsp.inline_completion.enable(true, { bufnr = 0 })
end

function M.trigger()
  api.nvim_exec_autocmds('CursorMovedI', { buffer = 0, modeline = false })
end

return M
