-- wrk: 16 requests in one write. wrk counts each of the 16 responses.
init = function()
  local request = wrk.format()
  wrk.all = string.rep(request, 16)
end
request = function()
  return wrk.all
end
