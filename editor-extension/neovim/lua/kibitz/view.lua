--- A window for long answers: a Markdown scratch buffer that nobody can type into; `q` closes it.
local M = {}

---@class kibitz.View
---@field bufnr integer
---@field on_close? fun() Called once when the buffer goes away, for example to cancel what still runs.
local View = {}
View.__index = View

---@type table<string, kibitz.View> Open views by name.
local open = {}

---@param bufnr integer
---@return integer?
local function window_of(bufnr)
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(win) == bufnr then
      return win
    end
  end
  return nil
end

--- A window that already shows an answer, so that a second answer does not split the screen again.
---@return integer?
local function any_window()
  for _, view in pairs(open) do
    local win = window_of(view.bufnr)
    if win then
      return win
    end
  end
  return nil
end

---@param name string
---@return kibitz.View
local function create(name)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].bufhidden = 'hide'
  vim.bo[bufnr].swapfile = false
  vim.api.nvim_buf_set_name(bufnr, 'kibitz://' .. name)
  vim.bo[bufnr].filetype = 'markdown'
  vim.bo[bufnr].modifiable = false
  local view = setmetatable({ bufnr = bufnr }, View)
  open[name] = view
  vim.keymap.set('n', 'q', function()
    view:close()
  end, { buffer = bufnr, nowait = true, desc = 'kibitz: close' })
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    once = true,
    callback = function()
      if open[name] == view then
        open[name] = nil
      end
      view:finish(true)
    end,
  })
  return view
end

--- Shows the view of that name, empty, in a split; the cursor stays where it is.
---@param name string
---@param opts? {keep?: boolean} `keep` leaves what the view already says.
---@return kibitz.View
function M.open(name, opts)
  local view = open[name]
  if view and not vim.api.nvim_buf_is_valid(view.bufnr) then
    view = nil
  end
  local before = any_window()
  view = view or create(name)
  if not window_of(view.bufnr) then
    if before then
      vim.api.nvim_win_set_buf(before, view.bufnr)
    else
      local wide = vim.o.columns >= 140
      local win = vim.api.nvim_open_win(view.bufnr, false, { split = wide and 'right' or 'below', win = 0 })
      vim.wo[win].wrap = true
      vim.wo[win].linebreak = true
      vim.wo[win].conceallevel = 2
      vim.wo[win].number = false
    end
  end
  if not (opts and opts.keep) then
    view:finish(true)
    view:set('')
  end
  return view
end

---@param change fun(bufnr: integer)
function View:edit(change)
  if not vim.api.nvim_buf_is_valid(self.bufnr) then
    return
  end
  vim.bo[self.bufnr].modifiable = true
  change(self.bufnr)
  vim.bo[self.bufnr].modifiable = false
  vim.bo[self.bufnr].modified = false
end

---@param text string
function View:set(text)
  self:edit(function(bufnr)
    vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(text, '\r?\n'))
  end)
end

--- Adds text at the end; a window whose cursor stands on the last line follows it.
---@param text string
function View:append(text)
  self:edit(function(bufnr)
    local last = vim.api.nvim_buf_line_count(bufnr)
    local line = vim.api.nvim_buf_get_lines(bufnr, last - 1, last, false)[1]
    local win = window_of(bufnr)
    local follows = win and vim.api.nvim_win_get_cursor(win)[1] == last
    vim.api.nvim_buf_set_text(bufnr, last - 1, #line, last - 1, #line, vim.split(text, '\r?\n'))
    if win and follows and vim.api.nvim_get_current_win() ~= win then
      vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(bufnr), 0 })
    end
  end)
end

---@return string
function View:text()
  return table.concat(vim.api.nvim_buf_get_lines(self.bufnr, 0, -1, false), '\n')
end

--- Replaces what follows the first `count` lines.
---@param count integer
---@param text string
function View:replace_from(count, text)
  self:edit(function(bufnr)
    vim.api.nvim_buf_set_lines(bufnr, count, -1, false, vim.split(text, '\r?\n'))
  end)
end

--- The answer is complete, or, with `cancel`, no longer wanted.
---@param cancel? boolean
function View:finish(cancel)
  local on_close = self.on_close
  self.on_close = nil
  if cancel and on_close then
    on_close()
  end
end

function View:close()
  if vim.api.nvim_buf_is_valid(self.bufnr) then
    vim.api.nvim_buf_delete(self.bufnr, { force = true })
  end
end

return M
