-- The home of a piece is chosen by its PieceCID alone: payer, form of the URL, name and query do not count.
function envoy_on_request(handle)
  local headers = handle:headers()
  local path = string.match(tostring(headers:get(":path")), "^[^?]*")
  headers:replace("x-filcdn-home", string.match(path, "/(ba[a-z2-7]+)") or path)
end
