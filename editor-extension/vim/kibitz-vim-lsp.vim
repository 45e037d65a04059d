" kibitz for Vim with vim-lsp: source this from your vimrc.

let g:kibitz_command = get(g:, 'kibitz_command', 'kibitz')

augroup kibitz
  autocmd!
  autocmd User lsp_setup call lsp#register_server({
  \   'name': 'kibitz',
  \   'cmd': {server_info -> [g:kibitz_command, 'serve', '--stdio']},
  \   'allowlist': ['*'],
  \   'initialization_options': get(g:, 'kibitz_settings', {}),
  \   'workspace_config': {'kibitz': get(g:, 'kibitz_settings', {})},
  \ })
augroup END
