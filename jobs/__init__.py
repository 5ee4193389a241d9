"""Jobs: work that outlives its request: done by one worker at a time, watched, resumed, cancelled."""
