-- A request that nobody may send a second time.
wrk.method = "POST"
