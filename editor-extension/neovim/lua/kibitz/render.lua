--- The server's results as text. Nothing here touches a buffer or the server.
local M = {}

---@param checks? {name: string, status: string, detail?: string}[]
---@return string
function M.checks(checks)
  if type(checks) ~= 'table' or #checks == 0 then
    return 'no checks were run'
  end
  local parts = {}
  for _, check in ipairs(checks) do
    local text = check.name .. ' ' .. check.status
    if check.status ~= 'passed' and type(check.detail) == 'string' and check.detail ~= '' then
      text = text .. ' (' .. check.detail:gsub('%s+', ' ') .. ')'
    end
    parts[#parts + 1] = text
  end
  return table.concat(parts, ' · ')
end

---@param checks? {name: string, status: string}[]
---@return boolean
function M.failed(checks)
  return vim.iter(checks or {}):any(function(check)
    return check.status == 'failed'
  end)
end

--- The files an edit touches beside one.
---@param edit lsp.WorkspaceEdit
---@param uri string
---@return string[]
function M.other_files(edit, uri)
  local found = {}
  local uris = vim.tbl_keys(edit.changes or {})
  for _, change in ipairs(edit.documentChanges or {}) do
    uris[#uris + 1] = change.uri or change.textDocument.uri
  end
  for _, other in ipairs(uris) do
    if other ~= uri then
      found[vim.fn.fnamemodify(vim.uri_to_fname(other), ':.')] = true
    end
  end
  local names = vim.tbl_keys(found)
  table.sort(names)
  return names
end

--- Who answered, how fast and at what price.
---@param result table
---@return string
function M.footer(result)
  local parts = { result.engine or '?' }
  if type(result.durationMs) == 'number' then
    parts[#parts + 1] = ('%.1f s'):format(result.durationMs / 1000)
  end
  local cost = type(result.usage) == 'table' and result.usage.costUsd
  if type(cost) == 'number' and cost > 0 then
    parts[#parts + 1] = ('%s%.4f $'):format(result.usage.estimated and '~' or '', cost)
  end
  return '\n\n---\n_' .. table.concat(parts, ' · ') .. '_'
end

---@param result table
---@return string
function M.explanation(result)
  local text = result.markdown or ''
  if type(result.unresolved) == 'table' and #result.unresolved > 0 then
    text = text .. '\n\nNot found in the project: ' .. table.concat(result.unresolved, ', ')
  end
  return text .. M.footer(result)
end

---@param result table
---@return string
function M.chat(result)
  return (result.text or '') .. M.footer(result)
end

---@param result table
---@return string
function M.tests(result)
  local lines = { '# Tests', '' }
  for _, test in ipairs(result.tests or {}) do
    lines[#lines + 1] = ('- `%s` %s%s'):format(
      test.name,
      test.passed and 'passed' or 'failed',
      type(test.adds) == 'string' and test.adds ~= '' and ': ' .. test.adds or ''
    )
  end
  if #(result.dropped or {}) > 0 then
    vim.list_extend(lines, { '', '## Dropped', '' })
    for _, test in ipairs(result.dropped) do
      lines[#lines + 1] = ('- `%s`: %s'):format(test.name, test.reason)
    end
  end
  lines[#lines + 1] = ''
  lines[#lines + 1] = M.checks(result.checks)
  return table.concat(lines, '\n') .. M.footer(result)
end

---@param result table
---@return string
function M.models(result)
  local lines = { '# Models', '' }
  for _, model in ipairs(result.models or {}) do
    local name = model.model or model.name or model.id or '?'
    local facts = {}
    for _, key in ipairs(vim.tbl_keys(model)) do
      local value = model[key]
      if value ~= name and (type(value) == 'string' or type(value) == 'number') then
        facts[#facts + 1] = key .. ' ' .. tostring(value)
      end
    end
    table.sort(facts)
    lines[#lines + 1] = ('- `%s`%s'):format(name, #facts > 0 and ': ' .. table.concat(facts, ', ') or '')
  end
  vim.list_extend(lines, { '', '`:Kibitz models NAME` uses one.' })
  return table.concat(lines, '\n')
end

--- Nested values as a Markdown list; sorted, so that the same status looks the same.
---@param value any
---@param depth integer
---@param lines string[]
local function list(value, depth, lines)
  local keys = vim.tbl_keys(value)
  table.sort(keys, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for _, key in ipairs(keys) do
    local inner = value[key]
    local indent = ('  '):rep(depth)
    if type(inner) == 'table' and next(inner) ~= nil then
      lines[#lines + 1] = ('%s- %s'):format(indent, key)
      list(inner, depth + 1, lines)
    elseif type(inner) ~= 'table' and inner ~= vim.NIL then
      lines[#lines + 1] = ('%s- %s: %s'):format(indent, key, tostring(inner))
    end
  end
end

--- A result without its envelope; `engine` stays, because it is what people look for.
---@param result table
---@return table
local function facts_of(result)
  local facts = vim.deepcopy(result)
  facts.usage, facts.checks, facts.durationMs = nil, nil, nil
  return facts
end

---@param result table
---@return string
function M.status(result)
  local lines = { '# kibitz', '' }
  list(facts_of(result), 0, lines)
  return table.concat(lines, '\n')
end

--- The same, one line for each top-level entry.
---@param result table
---@return string[]
function M.status_lines(result)
  local lines = {}
  for name, value in vim.spairs(facts_of(result)) do
    if type(value) == 'table' then
      local parts = {}
      list(value, 0, parts)
      value = table.concat(vim.tbl_map(function(part)
        return (vim.trim(part):gsub('^%- ', ''))
      end, parts), ', ')
    end
    if value ~= vim.NIL and value ~= '' then
      lines[#lines + 1] = name .. ': ' .. tostring(value)
    end
  end
  return lines
end

local severities = { [1] = 'E', [2] = 'W', [3] = 'I', [4] = 'N', error = 'E', warning = 'W', information = 'I', info = 'I', hint = 'N' }

---@param findings table[]
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@return vim.quickfix.entry[]
function M.quickfix(findings, encoding)
  local items = {}
  for _, finding in ipairs(findings) do
    local location = { uri = finding.uri, range = finding.range }
    local item = vim.lsp.util.locations_to_items({ location }, encoding)[1]
    local evidence = type(finding.evidence) == 'table' and finding.evidence.kind or '?'
    item.text = ('%s [%s, %s]'):format(finding.message, finding.rule, evidence)
    item.type = severities[finding.severity] or 'W'
    items[#items + 1] = item
  end
  return items
end

return M
