-- Loaded by Neovim at start: defines :Kibitz and nothing else, so that it costs no start-up time.
if vim.g.loaded_kibitz then
  return
end
vim.g.loaded_kibitz = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('kibitz needs Neovim 0.11 or newer', vim.log.levels.ERROR)
  return
end

vim.api.nvim_create_user_command('Kibitz', function(args)
  require('kibitz.commands').run(args)
end, {
  nargs = '*',
  range = true,
  bang = true,
  desc = 'kibitz: explain, refactor, find bugs, generate tests, chat',
  complete = function(lead, line)
    return require('kibitz.commands').complete(lead, line)
  end,
})
