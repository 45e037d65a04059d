--- Suggestions shown in grey where they would be inserted. Neovim 0.12 has this itself (`native.lua` uses
--- it); this module is for 0.11, and for whoever sets `ghost.backend = 'own'`.
local M = {}

--- Vim patterns for the parts of a suggestion that can be accepted alone.
M.WORD = [[^\_s*\%(\k\+\|\%(\k\@!\S\)\+\)]]
M.LINE = [[^\n\?[^\n]*]]

local api = vim.api
local namespace = api.nvim_create_namespace('kibitz.ghost')
local tracker = api.nvim_create_namespace('kibitz.ghost.range')
local METHOD = 'textDocument/inlineCompletion'

---@class kibitz.Suggestion
---@field bufnr integer
---@field client_id integer
---@field items lsp.InlineCompletionItem[]
---@field index integer
---@field text string What the item inserts.
---@field mark integer Extmark over the range the item replaces; grows with what is typed into it.
---@field reported table<integer, boolean> Items that were reported as shown.

---@type kibitz.Suggestion?
local current
---@type {client: vim.lsp.Client, id: integer}?
local pending
local timer = assert(vim.uv.new_timer())
---@type kibitz.Ghost
local options = {}

---@param item lsp.InlineCompletionItem
---@return string
local function text_of(item)
  local text = item.insertText
  if type(text) == 'table' then
    text = text.value
  end
  return (text:gsub('\r\n', '\n'))
end

--- The client that suggests for a buffer. (Neovim 0.11 does not know the method, so it cannot be asked by it.)
---@param bufnr integer
---@return vim.lsp.Client?
local function client_of(bufnr)
  for _, client in ipairs(vim.lsp.get_clients({ name = require('kibitz.client').name, bufnr = bufnr })) do
    if client.server_capabilities.inlineCompletionProvider then
      return client
    end
  end
  return nil
end

---@param bufnr integer
---@param position lsp.Position
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@return integer row
---@return integer col
local function to_bytes(bufnr, position, encoding)
  local line = api.nvim_buf_get_lines(bufnr, position.line, position.line + 1, false)[1] or ''
  return position.line, vim.str_byteindex(line, encoding, position.character, false)
end

local function forget()
  if current and api.nvim_buf_is_valid(current.bufnr) then
    api.nvim_buf_clear_namespace(current.bufnr, namespace, 0, -1)
    api.nvim_buf_clear_namespace(current.bufnr, tracker, 0, -1)
  end
  current = nil
end

local function cancel()
  timer:stop()
  if pending then
    if pending.client.requests[pending.id] then
      pending.client:cancel_request(pending.id)
    end
    pending = nil
  end
end

--- Takes the suggestion off the screen and withdraws what was asked.
function M.dismiss()
  cancel()
  forget()
end

--- What of the suggestion is not in the buffer yet, or nil where the typed text left it.
---@param suggestion kibitz.Suggestion
---@return {rest: string, typed: string, row: integer, col: integer, last_row: integer, last_col: integer, start_row: integer, start_col: integer}?
local function remaining(suggestion)
  if api.nvim_get_current_buf() ~= suggestion.bufnr then
    return nil
  end
  local mark = api.nvim_buf_get_extmark_by_id(suggestion.bufnr, tracker, suggestion.mark, { details = true })
  if #mark == 0 then
    return nil
  end
  local cursor = api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local last_row, last_col = mark[3].end_row, mark[3].end_col
  local before = row < mark[1] or (row == mark[1] and col < mark[2])
  local after = row > last_row or (row == last_row and col > last_col)
  if before or after then
    return nil
  end
  local typed = table.concat(api.nvim_buf_get_text(suggestion.bufnr, mark[1], mark[2], row, col, {}), '\n')
  if not vim.startswith(suggestion.text, typed) or #typed == #suggestion.text then
    return nil
  end
  return {
    rest = suggestion.text:sub(#typed + 1),
    typed = typed,
    row = row,
    col = col,
    last_row = last_row,
    last_col = last_col,
    start_row = mark[1],
    start_col = mark[2],
  }
end

--- Draws the suggestion after the cursor. False, and nothing on the screen, where it no longer fits.
---@return boolean
local function render()
  local suggestion = assert(current)
  api.nvim_buf_clear_namespace(suggestion.bufnr, namespace, 0, -1)
  local left = remaining(suggestion)
  if not left then
    forget()
    return false
  end
  local rest = left.rest
  -- Text under the range that the suggestion repeats at its end (a closing bracket, say) is on the screen
  -- already; any other text under the range is struck out, because accepting replaces it.
  local covered =
    table.concat(api.nvim_buf_get_text(suggestion.bufnr, left.row, left.col, left.last_row, left.last_col, {}), '\n')
  if covered ~= '' then
    if #rest > #covered and vim.endswith(rest, covered) then
      rest = rest:sub(1, #rest - #covered)
    else
      api.nvim_buf_set_extmark(suggestion.bufnr, namespace, left.row, left.col, {
        end_row = left.last_row,
        end_col = left.last_col,
        hl_group = 'KibitzGhostReplaced',
      })
    end
  end
  local lines = vim.split(rest, '\n', { plain = true })
  local below = {}
  for i = 2, #lines do
    below[#below + 1] = { { (lines[i]:gsub('\t', (' '):rep(vim.fn.shiftwidth()))), 'KibitzGhost' } }
  end
  api.nvim_buf_set_extmark(suggestion.bufnr, namespace, left.row, left.col, {
    virt_text = { { lines[1], 'KibitzGhost' } },
    virt_text_pos = 'inline',
    virt_lines = #below > 0 and below or nil,
    hl_mode = 'combine',
  })
  if not suggestion.reported[suggestion.index] then
    suggestion.reported[suggestion.index] = true
    local client = vim.lsp.get_client_by_id(suggestion.client_id)
    if client then
      client:notify('textDocument/didShowCompletion', { item = suggestion.items[suggestion.index] })
    end
  end
  return true
end

---@param index integer
---@param encoding 'utf-8'|'utf-16'|'utf-32'
local function choose(index, encoding)
  local suggestion = assert(current)
  local item = suggestion.items[index]
  suggestion.index = index
  suggestion.text = text_of(item)
  local cursor = api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local last_row, last_col = row, col
  if item.range then
    row, col = to_bytes(suggestion.bufnr, item.range.start, encoding)
    last_row, last_col = to_bytes(suggestion.bufnr, item.range['end'], encoding)
  end
  api.nvim_buf_clear_namespace(suggestion.bufnr, tracker, 0, -1)
  suggestion.mark = api.nvim_buf_set_extmark(suggestion.bufnr, tracker, row, col, {
    end_row = last_row,
    end_col = last_col,
    right_gravity = false,
    end_right_gravity = true,
  })
end

---@param trigger 1|2 1 a person asked, 2 while typing.
local function request(trigger)
  cancel()
  local bufnr = api.nvim_get_current_buf()
  local client = client_of(bufnr)
  if not client or not api.nvim_get_mode().mode:match('^i') then
    return
  end
  local tick = api.nvim_buf_get_changedtick(bufnr)
  local cursor = api.nvim_win_get_cursor(0)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding) --[[@as table]]
  params.context = { triggerKind = trigger }
  local mine
  local sent, id = client:request(METHOD, params, function(_, result)
    local newest = pending ~= nil and pending.id == mine
    if newest then
      pending = nil
    end
    local now = api.nvim_get_current_buf() == bufnr and api.nvim_win_get_cursor(0) or {}
    if
      not newest
      or not result
      or tick ~= api.nvim_buf_get_changedtick(bufnr)
      or now[1] ~= cursor[1]
      or now[2] ~= cursor[2]
      or not api.nvim_get_mode().mode:match('^i')
      or vim.fn.pumvisible() == 1
    then
      return
    end
    forget()
    local items = vim.tbl_filter(function(item)
      return text_of(item) ~= ''
    end, result.items or result)
    if #items == 0 then
      return
    end
    current = { bufnr = bufnr, client_id = client.id, items = items, index = 1, text = '', mark = 0, reported = {} }
    choose(1, client.offset_encoding)
    render()
  end, bufnr)
  if sent and id then
    mine = id
    pending = { client = client, id = id }
  end
end

--- Asks now, whatever the debounce.
function M.trigger()
  forget()
  request(1)
end

local function on_typing()
  if vim.fn.pumvisible() == 1 then
    M.dismiss()
    return
  end
  if current and render() then
    -- The typed text follows the suggestion: nothing new to ask.
    cancel()
    return
  end
  cancel()
  timer:start(options.debounce_ms, 0, vim.schedule_wrap(function()
    request(2)
  end))
end

---@return boolean
function M.visible()
  return current ~= nil and remaining(current) ~= nil
end

--- Puts the cursor after text that was inserted at row, col.
---@param row integer
---@param col integer
---@param lines string[]
local function cursor_after(row, col, lines)
  api.nvim_win_set_cursor(0, { row + #lines, (#lines == 1 and col or 0) + #lines[#lines] })
end

--- Inserts the whole suggestion, then runs the command it brought. False where nothing is shown.
---@return boolean
function M.accept()
  local left = current and remaining(current)
  if not current or not left then
    return false
  end
  local suggestion = current
  local item = suggestion.items[suggestion.index]
  local lines = vim.split(suggestion.text, '\n', { plain = true })
  M.dismiss()
  if type(item.insertText) == 'table' and item.insertText.kind == 'snippet' then
    api.nvim_buf_set_text(suggestion.bufnr, left.start_row, left.start_col, left.last_row, left.last_col, {})
    api.nvim_win_set_cursor(0, { left.start_row + 1, left.start_col })
    vim.snippet.expand(suggestion.text)
  else
    api.nvim_buf_set_text(suggestion.bufnr, left.start_row, left.start_col, left.last_row, left.last_col, lines)
    cursor_after(left.start_row, left.start_col, lines)
  end
  local client = vim.lsp.get_client_by_id(suggestion.client_id)
  if item.command and client then
    client:exec_cmd(item.command, { bufnr = suggestion.bufnr })
  end
  return true
end

---@param pattern string A Vim pattern for the part to take.
---@return boolean
local function accept_part(pattern)
  local left = current and remaining(current)
  if not current or not left then
    return false
  end
  local suggestion = current
  local part = vim.fn.matchstr(left.rest, pattern)
  if part == '' or #part == #left.rest or type(suggestion.items[suggestion.index].insertText) == 'table' then
    return M.accept()
  end
  local lines = vim.split(part, '\n', { plain = true })
  api.nvim_buf_set_text(suggestion.bufnr, left.row, left.col, left.row, left.col, lines)
  cursor_after(left.row, left.col, lines)
  render()
  local client = vim.lsp.get_client_by_id(suggestion.client_id)
  if client then
    client:notify('textDocument/didPartiallyAcceptCompletion', {
      item = suggestion.items[suggestion.index],
      acceptedLength = vim.str_utfindex(left.typed .. part, 'utf-16'),
    })
  end
  return true
end

--- Inserts the suggestion's next word.
---@return boolean
function M.accept_word()
  return accept_part(M.WORD)
end

--- Inserts the suggestion up to the end of its line.
---@return boolean
function M.accept_line()
  return accept_part(M.LINE)
end

--- Shows the next of several suggestions.
---@return boolean
function M.next()
  if not current or not remaining(current) then
    return false
  end
  local client = vim.lsp.get_client_by_id(current.client_id)
  if client and #current.items > 1 then
    choose(current.index % #current.items + 1, client.offset_encoding)
    render()
  end
  return true
end

---@param ghost kibitz.Ghost
function M.setup(ghost)
  options = ghost
  api.nvim_set_hl(0, 'KibitzGhost', { link = 'NonText', default = true })
  api.nvim_set_hl(0, 'KibitzGhostReplaced', { link = 'DiagnosticDeprecated', default = true })
end

---@param client vim.lsp.Client
---@param bufnr integer
function M.attach(client, bufnr)
  if not options.enabled or not client.server_capabilities.inlineCompletionProvider then
    return
  end
  local engine = 'kibitz.ghost'
  if options.backend ~= 'own' and vim.lsp.inline_completion then
    engine = 'kibitz.native'
    vim.lsp.inline_completion.enable(true, { bufnr = bufnr })
  else
    local group = api.nvim_create_augroup('kibitz.ghost.' .. bufnr, { clear = true })
    api.nvim_create_autocmd({ 'InsertEnter', 'TextChangedI', 'TextChangedP', 'CursorMovedI' }, {
      group = group,
      buffer = bufnr,
      callback = on_typing,
    })
    api.nvim_create_autocmd({ 'InsertLeave', 'BufLeave', 'CompleteChanged' }, {
      group = group,
      buffer = bufnr,
      callback = M.dismiss,
    })
  end
  require('kibitz.keys').map(bufnr, options.keys, engine)
end

return M
