package plugin

import "time"

// SetTime sets how long a request may take.
func (c *Client) SetTime(d time.Duration) { c.patience = d }
