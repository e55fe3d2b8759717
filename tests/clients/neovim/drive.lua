-- Drives Neovim as a person would: opens a file, waits for a diagnostic, takes an action, saves.
-- Told by the environment: COMMAND (JSON list), FILE, ROOT, TITLE (of the action), RESULT (a JSON file),
-- COLUMN (of the cursor; that of the finding if it is missing).
local command = vim.fn.json_decode(vim.env.COMMAND)
local patience = 30000
local modern = vim.lsp.config ~= nil

local function fail(text)
  vim.fn.writefile({ vim.fn.json_encode({ failure = text }) }, vim.env.RESULT)
  vim.cmd("cquit!")
end

local function await(what, condition)
  if not vim.wait(patience, condition, 20) then
    fail("waited in vain for " .. what)
  end
end

vim.cmd("edit " .. vim.fn.fnameescape(vim.env.FILE))
local buffer = vim.api.nvim_get_current_buf()
vim.bo[buffer].filetype = "python"
if modern then
  vim.lsp.config("resilint", { cmd = command, filetypes = { "python" }, root_dir = vim.env.ROOT })
  vim.lsp.enable("resilint")
  vim.api.nvim_exec_autocmds("FileType", { buffer = buffer })
else
  local id = vim.lsp.start_client({ name = "resilint", cmd = command, root_dir = vim.env.ROOT })
  vim.lsp.buf_attach_client(buffer, id)
end

await("a diagnostic", function()
  return #vim.diagnostic.get(buffer) > 0
end)
local first = vim.diagnostic.get(buffer)[1]
vim.api.nvim_win_set_cursor(0, { first.lnum + 1, tonumber(vim.env.COLUMN or first.col) })

local titles = {}
vim.ui.select = function(items, _, choose)
  for _, item in ipairs(items) do
    local action = item.action or item[2]
    table.insert(titles, action.title)
    if action.title == vim.env.TITLE then
      choose(item)
      return
    end
  end
  fail("no such action among " .. table.concat(titles, ", "))
end

local before = vim.api.nvim_buf_get_changedtick(buffer)
vim.lsp.buf.code_action()
await("the action", function()
  return vim.api.nvim_buf_get_changedtick(buffer) ~= before
end)
vim.cmd("write")

local clients = modern and vim.lsp.get_clients({ bufnr = buffer }) or vim.tbl_values(vim.lsp.buf_get_clients(buffer))
local result = {
  titles = titles,
  encoding = clients[1].offset_encoding,
  code = first.code,
  column = first.col,
  word = vim.env.TITLE,
}
vim.fn.writefile({ vim.fn.json_encode(result) }, vim.env.RESULT)
vim.cmd("qall!")
