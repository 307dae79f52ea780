package child

// Exec runs the program and returns its status as an *ExitError, nil for 0.
func (c Command) Exec() error {
	cmd, err := c.cmd()
	if err != nil {
		return err
	}
	return c.result(cmd.Run())
}
