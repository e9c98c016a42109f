//go:build linux

package torture_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"yakusho/internal/till/tillsql"
)

// These tests mount file systems of their own: they need root, as CI has.

// small mounts a disk of a few megabytes.
func small(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("mount a small disk (this test needs root): %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// fill writes a file until the disk is full.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for block := make([]byte, 64<<10); ; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			if len(block) == 1 {
				return nil
			}
			block = block[:len(block)/2]
		} else if err != nil {
			return err
		}
	}
}

// ext4 is a disk of its own, on a loop device: one that can fail.
type ext4 struct {
	t          *testing.T
	image, dir string
}

func newExt4(t *testing.T) *ext4 {
	t.Helper()
	d := &ext4{t, filepath.Join(t.TempDir(), "disk"), t.TempDir()}
	d.sh("truncate -s 96M " + d.image + " && mkfs.ext4 -q -F " + d.image)
	d.mount()
	t.Cleanup(func() { _ = exec.Command("umount", "-l", d.dir).Run() })
	return d
}

func (d *ext4) sh(script string) string {
	d.t.Helper()
	out, err := exec.Command("sh", "-c", script).CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s (this test needs root, loop devices and e2fsprogs): %v\n%s", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (d *ext4) mount() {
	d.t.Helper()
	d.sh("mount -o loop,errors=remount-ro " + d.image + " " + d.dir)
}

// fail makes the kernel find an error on the disk: from then on it is read-only, under whoever is writing.
func (d *ext4) fail() {
	d.t.Helper()
	device := filepath.Base(d.sh("findmnt -n -o SOURCE " + d.dir))
	if err := os.WriteFile("/sys/fs/ext4/"+device+"/trigger_fs_error", []byte("1"), 0o200); err != nil {
		d.t.Fatalf("make the disk fail: %v", err)
	}
}

// repair is what an administrator does, with nobody on the disk. It repairs, so fsck ends with 1.
func (d *ext4) repair() {
	d.t.Helper()
	d.sh("umount " + d.dir)
	d.sh("fsck.ext4 -fy " + d.image + " || [ $? -eq 1 ]")
	d.mount()
}

// fix fixes the sale of one customer, without hurry.
func (c *clerk) fix(t *testing.T) (wireSale, int, problem) {
	t.Helper()
	var s wireSale
	status, p := c.own.must("POST", "/api/till/sessions/"+c.session+"/sales", map[string]any{
		"key": c.w.key(c.name), "choices": []any{map[string]any{"item": c.item, "count": 1}},
	}, &s)
	return s, status, p
}

func (c *clerk) press(t *testing.T, s wireSale, way map[string]any) (a wireAttempt, status int, p problem) {
	t.Helper()
	body := map[string]any{"key": c.w.key(c.name)}
	for k, v := range way {
		body[k] = v
	}
	status, p = c.own.must("POST", "/api/till/sales/"+s.Sale.ID+"/attempts", body, &a)
	return a, status, p
}

// wait looks at an attempt until it is in a state, or for most.
func (c *clerk) wait(t *testing.T, id, state string, most time.Duration) wireAttempt {
	t.Helper()
	var a wireAttempt
	for deadline := time.Now().Add(most); ; time.Sleep(100 * time.Millisecond) {
		if status, p := c.own.must("GET", "/api/till/attempts/"+id, nil, &a); status != 200 {
			t.Fatalf("look at attempt %s: %d %s", id, status, p.Code)
		}
		if a.State == state {
			return a
		}
		if time.Now().After(deadline) {
			t.Fatalf("attempt %s is %s (%s) and not %s after %s", id, a.State, a.Reason, state, most)
		}
	}
}

// scan is a customer who shows a code.
func (c *clerk) scan(t *testing.T) map[string]any {
	t.Helper()
	code, _, err := c.w.sim.ShowCode("d_barai", false, false)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"way": "scan", "code": code}
}

func show() map[string]any { return map[string]any{"way": "show", "wallet": "paypay"} }

// openCounter is a town with one clerk at an open counter.
func openCounter(t *testing.T, data string) *clerk {
	t.Helper()
	w := found(t, data, t.Name())
	admin, own := w.signIn("suzuki"), w.signIn("yoshida")
	session, err := w.counter(t.Context(), admin, own, 31)
	if err != nil {
		t.Fatal(err)
	}
	return &clerk{w: w, name: "clerk", own: own, admin: admin, session: session, item: own.item("JUMIN"), seen: &seen{paid: map[string]wireAttempt{}}}
}

// asked counts the requests to providers that could move money.
func (w *town) asked() (n int) {
	for _, r := range w.sim.Requests() {
		if r.Method == http.MethodPost {
			n++
		}
	}
	return n
}

// japanese reports whether a person can read it.
func japanese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 'ぁ' && r <= 'ん' })
}

// refused holds that the till says plainly that it cannot take money, and asks no provider for any.
func (c *clerk) refused(t *testing.T, s wireSale, codes ...string) {
	t.Helper()
	before := c.w.asked()
	for _, way := range []map[string]any{c.scan(t), show(), {"way": "cash", "tendered": 1000}} {
		_, status, p := c.press(t, s, way)
		ok := false
		for _, code := range codes {
			ok = ok || p.Code == code
		}
		if status != 503 || !ok || !japanese(p.Detail) {
			t.Errorf("a payment by %s is answered with %d %s %q, want 503 %v", way["way"], status, p.Code, p.Detail, codes)
		}
	}
	if n := c.w.asked(); n != before {
		t.Errorf("providers were asked %d times although nothing could be stored", n-before)
	}
}

func TestAFullDiskStopsTheTillPlainlyAndLosesNoPayment(t *testing.T) {
	t.Parallel()
	disk := small(t, "32m")
	c := openCounter(t, filepath.Join(disk, "data"))
	w := c.w
	ballast := filepath.Join(disk, "ballast")

	// Before: one is paid, one waits for the customer, one is fixed.
	first, _, _ := c.fix(t)
	a, _, _ := c.press(t, first, c.scan(t))
	c.seen.note(c.wait(t, a.ID, "paid", 20*time.Second))
	second, _, _ := c.fix(t)
	waiting, _, _ := c.press(t, second, show())
	c.wait(t, waiting.ID, "sent", 20*time.Second)
	third, _, _ := c.fix(t)
	fourth, _, _ := c.fix(t)

	// While a provider takes the money of the third customer, the disk fills up.
	var once sync.Once
	full := make(chan struct{})
	hook := func(r *http.Request) {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/charges") {
			return
		}
		once.Do(func() {
			defer close(full)
			if err := fill(ballast); err != nil {
				t.Errorf("fill the disk: %v", err)
			}
			for range 5000 { // until the log of the database has no room left of its own
				var s wireSale
				status, p, err := c.own.try(context.Background(), "POST", "/api/till/sessions/"+c.session+"/sales", map[string]any{
					"key": w.key("fill"), "choices": []any{map[string]any{"item": c.item, "count": 1}},
				}, &s)
				if err != nil || status == http.StatusServiceUnavailable {
					if p.Code != "disk_full" || !japanese(p.Detail) {
						t.Errorf("a full disk is answered with %d %s %q, %v", status, p.Code, p.Detail, err)
					}
					return
				}
			}
			t.Error("the disk does not fill up")
		})
	}
	w.answered.Store(&hook)
	taken, status, p := c.press(t, third, c.scan(t))
	if status != 201 {
		t.Fatalf("the third customer: %d %s", status, p.Code)
	}
	select {
	case <-full:
	case <-time.After(time.Minute):
		t.Fatal("the provider was not asked")
	}
	if err := w.sim.PayPayPay(pays(waiting)); err != nil { // the second one pays now
		t.Fatal(err)
	}
	c.refused(t, fourth, "disk_full")
	for _, x := range []wireAttempt{taken, waiting} {
		var now wireAttempt
		if status, p := c.own.must("GET", "/api/till/attempts/"+x.ID, nil, &now); status != 200 || now.State == "paid" || now.State == "not_paid" {
			t.Errorf("what cannot be stored is shown as %q (%d %s)", now.State, status, p.Code)
		}
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	c.seen.note(c.wait(t, waiting.ID, "paid", 30*time.Second))
	c.seen.note(c.wait(t, taken.ID, "paid", 90*time.Second)) // asked for when nobody can still be waiting for its answer
	a, status, p = c.press(t, fourth, c.scan(t))
	if status != 201 {
		t.Errorf("with space again: %d %s", status, p.Code)
	}
	c.seen.note(c.wait(t, a.ID, "paid", 20*time.Second))
	c.whole(t, 4)
}

func TestADiskThatTurnsReadOnlyStopsTheTillPlainlyAndLosesNoPayment(t *testing.T) {
	t.Parallel()
	disk := newExt4(t)
	c := openCounter(t, filepath.Join(disk.dir, "data"))
	w := c.w
	first, _, _ := c.fix(t)
	a, _, _ := c.press(t, first, c.scan(t))
	c.seen.note(c.wait(t, a.ID, "paid", 20*time.Second))
	second, _, _ := c.fix(t)
	waiting, _, _ := c.press(t, second, show())
	c.wait(t, waiting.ID, "sent", 20*time.Second)
	third, _, _ := c.fix(t)

	disk.fail()
	if err := w.sim.PayPayPay(pays(waiting)); err != nil {
		t.Fatal(err)
	}
	c.refused(t, third, "disk_readonly", "db_unreachable")
	if _, status, p := c.fix(t); status != 503 || !japanese(p.Detail) {
		t.Errorf("a sale on a read-only disk is answered with %d %s %q", status, p.Code, p.Detail)
	}

	w.kill()
	disk.repair()
	w.start()
	c.seen.note(c.wait(t, waiting.ID, "paid", 2*time.Minute)) // a question that was under way is held for 90 s
	a, status, p := c.press(t, third, c.scan(t))
	if status != 201 {
		t.Errorf("after the repair: %d %s", status, p.Code)
	}
	c.seen.note(c.wait(t, a.ID, "paid", 20*time.Second))
	c.whole(t, 3)
}

// whole holds in the end that everything that was said is in the books, and that they agree with the providers'.
func (c *clerk) whole(t *testing.T, paid int) {
	t.Helper()
	w := c.w
	w.drained()
	w.stop()
	w.look(func(s *tillsql.Store) {
		w.audit(s)
		if all := c.seen.lately(); len(all) != paid {
			t.Errorf("%d were answered as paid, want %d", len(all), paid)
		} else {
			kept(t, s, all)
		}
	})
	w.recorded()
	w.verify()
}
