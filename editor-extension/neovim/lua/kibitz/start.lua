--- How the server is started: one for all projects, for every file.
local M = {}

local client_module = require('kibitz.client')

--- Whether a server is on its way up, and the buffers that wait for it: before it has said what it can do it is
--- not known whether it serves several projects, and a second one would be started for each.
local starting = false
---@type fun()[]
local waiting = {}

--- Calls `on_dir` with the project a buffer belongs to, nil for none; not at all for a buffer without a file.
---@param bufnr integer
---@param markers string[]
---@param on_dir fun(root?: string)
local function with_root(bufnr, markers, on_dir)
  if not vim.api.nvim_buf_is_loaded(bufnr) or vim.api.nvim_buf_get_name(bufnr) == '' then
    return
  end
  if starting then
    waiting[#waiting + 1] = function()
      with_root(bufnr, markers, on_dir)
    end
    return
  end
  starting = client_module.get(bufnr) == nil
  on_dir(vim.fs.root(bufnr, { markers }))
end

--- The server is up, or has failed to come up: the waiting buffers take their turn.
local function started()
  -- Scheduled, so that the client is attached to its first buffer before others ask for it.
  vim.schedule(function()
    starting = false
    local turn = waiting
    waiting = {}
    for _, go in ipairs(turn) do
      go()
    end
  end)
end

---@param client_id integer
local function on_exit(_, _, client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  if client and not client.initialized then
    started()
  end
end

--- One server for all projects of this Neovim, where it can follow workspace folders.
---@param client vim.lsp.Client
---@param config vim.lsp.ClientConfig
---@return boolean
local function reuse(client, config)
  if client.name ~= config.name or client:is_stopped() then
    return false
  end
  local root = config.root_dir
  if not root then
    return true
  end
  local uri = vim.uri_from_fname(root)
  for _, folder in ipairs(client.workspace_folders or {}) do
    if folder.uri == uri then
      return true
    end
  end
  local can = vim.tbl_get(client.server_capabilities or {}, 'workspace', 'workspaceFolders') or {}
  if not (client.initialized and can.supported and can.changeNotifications) then
    return false
  end
  local folder = { uri = uri, name = root }
  client.workspace_folders = vim.list_extend(client.workspace_folders or {}, { folder })
  client:notify('workspace/didChangeWorkspaceFolders', { event = { added = { folder }, removed = {} } })
  return true
end

--- The configuration that vim.lsp.config (or vim.lsp.start) gets.
---@param options kibitz.Options
---@return vim.lsp.Config
function M.config(options)
  local commands = {}
  for _, name in ipairs({ 'kibitz.explain', 'kibitz.findBugs', 'kibitz.generateTests', 'kibitz.refactor', 'kibitz.fix' }) do
    -- Code actions may carry a command: its answer then comes here, as it does for :Kibitz.
    commands[name] = function(command, ctx)
      require('kibitz.commands').from_server(command, ctx)
    end
  end
  local settings = options.settings or {}
  -- An empty Lua table would become the JSON list [], so nothing is sent instead.
  local configured = next(settings) ~= nil
  -- Neovim applies versioned edits but does not say so; without the word no test file could be created.
  local capabilities = { workspace = { workspaceEdit = { documentChanges = true } } }
  if options.ghost.enabled then
    capabilities.textDocument = { inlineCompletion = { dynamicRegistration = false } }
  end
  return {
    name = client_module.name,
    cmd = options.cmd,
    cmd_env = options.cmd_env,
    filetypes = options.filetypes,
    root_dir = function(bufnr, on_dir)
      with_root(bufnr, options.root_markers, on_dir)
    end,
    on_init = started,
    on_exit = on_exit,
    settings = configured and { kibitz = settings } or nil,
    init_options = configured and settings or nil,
    capabilities = capabilities,
    reuse_client = reuse,
    commands = commands,
    handlers = client_module.handlers,
    on_attach = function(client, bufnr)
      require('kibitz.ghost').attach(client, bufnr)
    end,
  }
end

---@param bufnr integer
---@return boolean
local function has_client(bufnr)
  return #vim.lsp.get_clients({ name = client_module.name, bufnr = bufnr }) > 0
end

--- Starts or finds the server for one buffer. For buffers that Neovim knows no file type of, which
--- vim.lsp.enable never looks at, and for a Neovim whose vim.lsp.enable is missing.
---@param bufnr integer
---@param config vim.lsp.Config
local function start(bufnr, config)
  local unwanted = config.filetypes and not vim.list_contains(config.filetypes, vim.bo[bufnr].filetype)
  if vim.bo[bufnr].buftype ~= '' or unwanted or has_client(bufnr) or vim.fn.executable(config.cmd[1]) == 0 then
    return
  end
  config.root_dir(bufnr, function(root)
    if has_client(bufnr) then
      return
    end
    local own = vim.deepcopy(config)
    own.root_dir = root
    if not vim.lsp.start(own, { bufnr = bufnr, reuse_client = reuse }) then
      started()
    end
  end)
end

---@param options kibitz.Options
function M.enable(options)
  local config = M.config(options)
  local has_enable = vim.lsp.config ~= nil and vim.lsp.enable ~= nil
  local group = vim.api.nvim_create_augroup('kibitz', { clear = true })
  if vim.fn.executable(options.cmd[1]) == 0 then
    client_module.notify(
      ('the server `%s` was not found; install it (for example `pipx install kibitz`) or set `cmd`'):format(options.cmd[1]),
      vim.log.levels.WARN
    )
  end
  if has_enable then
    vim.lsp.config[client_module.name] = config
    vim.lsp.enable(client_module.name)
  end
  vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile', 'BufFilePost', 'FileType' }, {
    group = group,
    callback = function(args)
      -- Scheduled, because file type detection runs on the same event.
      vim.schedule(function()
        if not vim.api.nvim_buf_is_loaded(args.buf) then
          return
        end
        if not has_enable or (vim.bo[args.buf].filetype == '' and vim.lsp.is_enabled(client_module.name)) then
          start(args.buf, config)
        end
      end)
    end,
  })
  vim.api.nvim_create_autocmd('BufEnter', {
    group = group,
    callback = function(args)
      local client = vim.lsp.get_clients({ name = client_module.name, bufnr = args.buf })[1]
      if client then
        client:notify('textDocument/didFocus', { textDocument = { uri = vim.uri_from_bufnr(args.buf) } })
      end
    end,
  })
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and (not has_enable or vim.bo[bufnr].filetype == '') then
      start(bufnr, config)
    end
  end
end

--- Stops every kibitz server and starts a new one for the loaded buffers.
---@param options kibitz.Options
function M.restart(options)
  starting, waiting = false, {}
  local running = vim.lsp.get_clients({ name = client_module.name })
  if vim.lsp.enable then
    vim.lsp.enable(client_module.name, false)
  end
  for _, client in ipairs(running) do
    client:stop()
  end
  local timer = assert(vim.uv.new_timer())
  local waited = 0
  timer:start(20, 20, vim.schedule_wrap(function()
    if timer:is_closing() then
      return
    end
    waited = waited + 20
    for _, client in ipairs(running) do
      if not client:is_stopped() then
        if waited < 5000 then
          return
        end
        client:stop(true)
      end
    end
    timer:stop()
    timer:close()
    M.enable(options)
    client_module.notify('restarted')
  end))
end

return M
