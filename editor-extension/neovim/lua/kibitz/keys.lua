--- Insert mode keys that act on a suggestion, and do what they always did while there is none.
local M = {}

---@param text string
---@return string
local function codes(text)
  return vim.api.nvim_replace_termcodes(text, true, true, true)
end

--- The mapping a key had before ours: the buffer's at the time ours was made, else today's global one.
---@param lhs string
---@param own? table
---@return table?
local function earlier(lhs, own)
  if own then
    return own
  end
  local wanted = codes(lhs)
  for _, map in ipairs(vim.api.nvim_get_keymap('i')) do
    if codes(map.lhs) == wanted then
      return map
    end
  end
  return nil
end

--- The keys to type in place of `lhs`: what its earlier mapping gives, or itself.
---@param lhs string
---@param map? table
---@return string
local function usual(lhs, map)
  if not map then
    return codes(lhs)
  end
  if map.expr == 1 then
    local result = map.callback and map.callback() or vim.api.nvim_eval(map.rhs)
    result = type(result) == 'string' and result or ''
    return map.replace_keycodes == 1 and codes(result) or result
  end
  if map.callback then
    M.run_earlier = map.callback
    return codes('<Cmd>lua require("kibitz.keys").run_earlier()<CR>')
  end
  if map.noremap == 1 then
    return codes(map.rhs)
  end
  -- A recursive mapping must be typed as if by hand for its own parts to be mapped.
  vim.api.nvim_feedkeys(codes(map.rhs), 'm', false)
  return ''
end

---@param bufnr integer
---@param keys kibitz.Keys
---@param engine string The module whose functions are the actions: `kibitz.ghost` or `kibitz.native`.
function M.map(bufnr, keys, engine)
  local taken = {}
  for _, map in ipairs(vim.api.nvim_buf_get_keymap(bufnr, 'i')) do
    taken[codes(map.lhs)] = map
  end
  for action, lhs in pairs(keys) do
    local own = lhs and taken[codes(lhs)]
    -- A buffer that is attached again has ours already; a buffer that was unloaded in between has lost it.
    if lhs and not (own and vim.startswith(own.desc or '', 'kibitz: ')) then
      vim.keymap.set('i', lhs, function()
        if action == 'trigger' or require(engine).visible() then
          -- The buffer may not change while a mapping is evaluated, but may while a command runs.
          return codes(('<Cmd>lua require("%s").%s()<CR>'):format(engine, action))
        end
        return usual(lhs, earlier(lhs, own))
      end, {
        buffer = bufnr,
        expr = true,
        replace_keycodes = false,
        desc = 'kibitz: ' .. action:gsub('_', ' ') .. ' suggestion',
      })
    end
  end
end

return M
