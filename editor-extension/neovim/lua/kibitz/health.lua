--- :checkhealth kibitz
local M = {}

local health = vim.health

---@param cmd string[]
---@return string?
local function server_version(cmd)
  local command = vim.tbl_filter(function(word)
    return word ~= 'serve' and word ~= '--stdio'
  end, cmd)
  command[#command + 1] = '--version'
  local started, process = pcall(vim.system, command, { text = true })
  if not started then
    return nil
  end
  local done = process:wait(15000)
  return done.code == 0 and vim.trim(done.stdout) or nil
end

function M.check()
  health.start('kibitz: editor')
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('Neovim ' .. tostring(vim.version()))
  else
    health.error('Neovim 0.11 or newer is needed')
  end
  local kibitz = require('kibitz')
  if not kibitz.is_set_up then
    health.warn('setup() was not called', "Put require('kibitz').setup() into your configuration.")
  end
  local options = kibitz.options
  if not options.ghost.enabled then
    health.info('suggestions while typing are switched off (ghost.enabled)')
  elseif vim.lsp.inline_completion and options.ghost.backend ~= 'own' then
    health.ok("suggestions are shown by Neovim's vim.lsp.inline_completion")
  else
    health.ok("suggestions are shown by the plugin's own ghost text")
  end

  health.start('kibitz: server')
  local program = options.cmd[1]
  if vim.fn.executable(program) == 0 then
    health.error(
      ('`%s` was not found'):format(program),
      { 'Install the server, for example: pipx install kibitz', 'or set `cmd` in setup().' }
    )
    return
  end
  local version = server_version(options.cmd)
  if version then
    health.ok(('%s (%s)'):format(version, vim.fn.exepath(program)))
  else
    health.warn(('`%s` is there, but `--version` gave no answer'):format(vim.fn.exepath(program)))
  end

  health.start('kibitz: session')
  local client = require('kibitz.client').get()
  if not client then
    health.warn('no server is running', { 'Open a file; then see :Kibitz log' })
    return
  end
  health.ok(
    ('client %d, %s, %d buffers'):format(client.id, client.offset_encoding, vim.tbl_count(client.attached_buffers))
  )
  local answer, problem = client:request_sync(
    'workspace/executeCommand',
    { command = 'kibitz.status', arguments = { vim.empty_dict() } },
    5000
  )
  if not answer or answer.err then
    health.error('kibitz.status failed: ' .. (answer and answer.err.message or problem or 'no answer'))
    return
  end
  for _, line in ipairs(require('kibitz.render').status_lines(answer.result)) do
    health.ok(line)
  end
end

return M
