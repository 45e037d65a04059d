--- :Kibitz and its subcommands. Each asks the server for one command and shows the answer.
local M = {}

local answers = require('kibitz.answers')
local client_module = require('kibitz.client')
local render = require('kibitz.render')

---@class kibitz.Call
---@field args string What follows the subcommand.
---@field range? {[1]: integer, [2]: integer} First and last line, from 1.
---@field bang boolean
---@field bufnr integer

---@param call kibitz.Call
---@return lsp.Range
local function lsp_range(call)
  local client = client_module.get(call.bufnr)
  local encoding = client and client.offset_encoding or 'utf-16'
  if call.range then
    local first, last = call.range[1], call.range[2]
    local text = vim.api.nvim_buf_get_lines(call.bufnr, last - 1, last, false)[1] or ''
    return {
      start = { line = first - 1, character = 0 },
      ['end'] = { line = last - 1, character = vim.str_utfindex(text, encoding) },
    }
  end
  local win = vim.fn.bufwinid(call.bufnr)
  local position = vim.lsp.util.make_position_params(win ~= -1 and win or 0, encoding).position
  return { start = position, ['end'] = position }
end

---@param call kibitz.Call
---@param more? table
---@return table
local function target(call, more)
  return vim.tbl_extend('force', {
    uri = vim.uri_from_bufnr(call.bufnr),
    range = lsp_range(call),
  }, more or {})
end

---@type table<string, fun(call: kibitz.Call)>
local subcommands = {}

function subcommands.explain(call)
  answers.stream('explain', 'kibitz.explain', target(call), call.bufnr, render.explanation)
end

function subcommands.refactor(call)
  local argument = target(call, { instruction = call.args ~= '' and call.args or nil })
  local tick = vim.api.nvim_buf_get_changedtick(call.bufnr)
  client_module.execute('kibitz.refactor', argument, {
    bufnr = call.bufnr,
    on_done = function(result, err, code)
      if result then
        answers.apply(result, call.bufnr, tick, 'refactor')
      else
        answers.complain(err, code)
      end
    end,
  })
end

subcommands['find-bugs'] = function(call)
  local argument = { uri = vim.uri_from_bufnr(call.bufnr) }
  if call.bang then
    argument = {}
  elseif call.range then
    argument.range = lsp_range(call)
  end
  client_module.execute('kibitz.findBugs', argument, {
    bufnr = call.bufnr,
    on_done = function(result, err, code)
      if result then
        answers.show_findings(result, call.bufnr)
      else
        answers.complain(err, code)
      end
    end,
  })
end

subcommands['generate-tests'] = function(call)
  local argument = target(call)
  if call.args ~= '' then
    argument = { uri = argument.uri, symbol = call.args }
  end
  local tick = vim.api.nvim_buf_get_changedtick(call.bufnr)
  answers.say('writing tests and running them …')
  client_module.execute('kibitz.generateTests', argument, {
    bufnr = call.bufnr,
    on_done = function(result, err, code)
      if not result then
        answers.complain(err, code)
        return
      end
      require('kibitz.view').open('tests'):set(render.tests(result))
      answers.apply(result, call.bufnr, tick, 'generate-tests')
    end,
  })
end

function subcommands.chat(call)
  local function send(message)
    require('kibitz.chat').send(message, {
      bufnr = call.bufnr,
      range = call.range and lsp_range(call),
      fresh = call.bang,
    })
  end
  if call.args ~= '' then
    send(call.args)
    return
  end
  vim.ui.input({ prompt = 'kibitz: ' }, function(message)
    if message and message ~= '' then
      send(message)
    end
  end)
end

function subcommands.models(call)
  if call.args ~= '' then
    client_module.execute('kibitz.models.select', { model = call.args }, {
      bufnr = call.bufnr,
      on_done = function(result, err, code)
        if result then
          answers.say('now uses ' .. call.args)
        else
          answers.complain(err, code)
        end
      end,
    })
    return
  end
  answers.stream('models', 'kibitz.models.list', {}, call.bufnr, render.models)
end

function subcommands.status(call)
  answers.stream('status', 'kibitz.status', {}, call.bufnr, render.status)
end

function subcommands.doctor(call)
  local view = require('kibitz.view').open('doctor')
  view:set('…')
  local options = require('kibitz').options
  local command = vim.tbl_filter(function(word)
    return word ~= 'serve' and word ~= '--stdio'
  end, options.cmd)
  command[#command + 1] = 'doctor'
  local started, problem = pcall(vim.system, command, {
    text = true,
    cwd = vim.fs.root(call.bufnr, { options.root_markers }),
    env = vim.tbl_extend('force', { NO_COLOR = '1' }, options.cmd_env or {}),
  }, function(done)
    vim.schedule(function()
      local text = vim.trim((done.stdout or '') .. '\n' .. (done.stderr or ''))
      view:set('# kibitz doctor\n\n```text\n' .. text .. '\n```')
    end)
  end)
  if not started then
    view:set('**' .. tostring(problem) .. '**')
  end
end

function subcommands.restart()
  require('kibitz.start').restart(require('kibitz').options)
end

function subcommands.log()
  local settings = require('kibitz').options.settings or {}
  local file = vim.tbl_get(settings, 'log', 'file')
  vim.cmd.split(vim.fn.fnameescape(vim.fn.expand(file or vim.lsp.log.get_filename())))
  vim.bo.readonly = true
  vim.cmd('normal! G')
end

--- A command that a code action carried.
---@param command lsp.Command
---@param ctx {bufnr: integer, client_id: integer}
function M.from_server(command, ctx)
  local argument = vim.deepcopy((command.arguments or {})[1] or {})
  -- It asks the server to open the answer, which for clients without this plugin is the only way to see it.
  argument.open = nil
  local bufnr = ctx.bufnr
  if command.command == 'kibitz.explain' then
    answers.stream('explain', command.command, argument, bufnr, render.explanation)
    return
  end
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  client_module.execute(command.command, argument, {
    bufnr = bufnr,
    on_done = function(result, err, code)
      if not result then
        answers.complain(err, code)
      elseif command.command == 'kibitz.findBugs' then
        answers.show_findings(result, bufnr)
      else
        if result.tests then
          require('kibitz.view').open('tests'):set(render.tests(result))
        end
        if not argument.apply then
          answers.apply(result, bufnr, tick, (command.title or command.command))
        end
      end
    end,
  })
end

---@return string[]
function M.names()
  local names = vim.tbl_keys(subcommands)
  table.sort(names)
  return names
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local before = vim.split(line:sub(1, #line - #lead), '%s+', { trimempty = true })
  for i, word in ipairs(before) do
    if word:find('Kibitz', 1, true) and i < #before then
      return {}
    end
  end
  return vim.tbl_filter(function(name)
    return vim.startswith(name, lead)
  end, M.names())
end

--- The buffer a command is about: the current one, or, in the window of an answer, the one before it.
---@return integer
local function file_buffer()
  local bufnr = vim.api.nvim_get_current_buf()
  if vim.startswith(vim.api.nvim_buf_get_name(bufnr), 'kibitz://') then
    local before = vim.fn.winbufnr(vim.fn.winnr('#'))
    return before ~= -1 and before or bufnr
  end
  return bufnr
end

---@param args vim.api.keyset.create_user_command.command_args
function M.run(args)
  if not require('kibitz').is_set_up then
    require('kibitz').setup()
  end
  local name = args.fargs[1]
  if not name then
    answers.say('one of ' .. table.concat(M.names(), ', '))
    return
  end
  local subcommand = subcommands[name]
  if not subcommand then
    answers.say(('there is no `%s`; there is %s'):format(name, table.concat(M.names(), ', ')), vim.log.levels.ERROR)
    return
  end
  subcommand({
    args = vim.trim(args.args:sub(#name + 1)),
    range = args.range > 0 and { args.line1, args.line2 } or nil,
    bang = args.bang,
    bufnr = file_buffer(),
  })
end

return M
