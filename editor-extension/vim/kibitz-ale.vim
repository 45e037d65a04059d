" kibitz for Vim with ALE: source this from your vimrc, after ALE is on the runtime path.
" let g:kibitz_filetypes = [...] before it chooses other file types.

let g:kibitz_command = get(g:, 'kibitz_command', 'kibitz')

function! KibitzProjectRoot(buffer) abort
  for l:name in ['.git', '.hg', 'pyproject.toml', 'package.json', 'Cargo.toml', 'go.mod']
    let l:found = ale#path#FindNearestDirectory(a:buffer, l:name)
    if empty(l:found)
      let l:found = ale#path#FindNearestFile(a:buffer, l:name)
    endif
    if !empty(l:found)
      return fnamemodify(substitute(l:found, '[/\\]$', '', ''), ':h')
    endif
  endfor
  " ALE starts no server without a root: a file alone is a project of its own.
  return expand('#' . a:buffer . ':p:h')
endfunction

for s:filetype in get(g:, 'kibitz_filetypes', ['python', 'javascript', 'typescript', 'java', 'c', 'cpp', 'go', 'rust', 'ruby', 'sh'])
  call ale#linter#Define(s:filetype, {
  \   'name': 'kibitz',
  \   'lsp': 'stdio',
  \   'executable': {-> g:kibitz_command},
  \   'command': '%e serve --stdio',
  \   'project_root': function('KibitzProjectRoot'),
  \   'initialization_options': {-> get(g:, 'kibitz_settings', {})},
  \})
endfor
