package till

import "context"

// Round does what Run does once, and waits for the calls it made: for tests with a clock moved by hand.
func (d *Driver) Round(ctx context.Context) error {
	err := d.round(ctx)
	d.calls.Wait()
	return err
}
