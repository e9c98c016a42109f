package meet_test

import (
	"testing"

	"yakusho/internal/core"
	"yakusho/internal/meet"
)

func TestAdmit(t *testing.T) {
	t.Parallel()
	// An open meeting of the mayor, for guests too, with room; who knocks was invited.
	knock := func(who meet.Subject, edit func(*meet.Knock)) meet.Knock {
		k := meet.Knock{
			Meeting: meet.Meeting{State: meet.StateOpen, Host: "p:mayor", Guests: true},
			Subject: who, Invited: true, Present: 3, Capacity: 10,
		}
		if edit != nil {
			edit(&k)
		}
		return k
	}
	scheduled := func(k *meet.Knock) { k.Meeting.State = meet.StateScheduled }
	ended := func(k *meet.Knock) { k.Meeting.State = meet.StateEnded }
	locked := func(k *meet.Knock) { k.Meeting.Locked = true }
	staffOnly := func(k *meet.Knock) { k.Meeting.Guests = false }
	stranger := func(k *meet.Knock) { k.Invited = false }
	back := func(k *meet.Knock) { k.WasIn, k.Invited = true, false }
	removed := func(k *meet.Knock) { k.Removed, k.WasIn = true, true }
	organiser := func(k *meet.Knock) { k.Organiser, k.Invited = true, false }
	full := func(k *meet.Knock) { k.Present = 10 }
	both := func(fs ...func(*meet.Knock)) func(*meet.Knock) {
		return func(k *meet.Knock) {
			for _, f := range fs {
				f(k)
			}
		}
	}
	for _, c := range []struct {
		name string
		k    meet.Knock
		host bool
		want *core.Error
	}{
		{"an invited person comes in", knock("p:a", nil), false, nil},
		{"an invited person opens a scheduled meeting", knock("p:a", scheduled), false, nil},
		{"an account without a person comes in when invited", knock("a:1", nil), false, nil},
		{"a guest comes in with number and PIN", knock("g:1", nil), false, nil},
		{"the host comes in as host", knock("p:mayor", stranger), true, nil},
		{"an organiser comes in as host, invited or not", knock("p:b", organiser), true, nil},
		{"who was in before comes back uninvited", knock("p:a", back), false, nil},
		{"nobody has to sign in first", knock("", nil), false, meet.ErrSignIn},
		{"nobody has to sign in first, even where the meeting has ended", knock("", ended), false, meet.ErrSignIn},
		{"nobody is no host, even where a meeting has none", knock("", func(k *meet.Knock) { k.Meeting.Host = "" }), false, meet.ErrSignIn},
		{"a stranger is told how to be invited", knock("p:a", stranger), false, meet.ErrNotInvited},
		{"a stranger who is a guest of another meeting as well", knock("g:2", stranger), false, meet.ErrNotInvited},
		{"who was removed stays out", knock("p:a", removed), false, meet.ErrRemoved},
		{"who was removed stays out, as host too", knock("p:mayor", removed), false, meet.ErrRemoved},
		{"who was removed stays out, as organiser too", knock("p:a", both(organiser, removed)), false, meet.ErrRemoved},
		{"who was removed is told so also after the end", knock("p:a", both(removed, ended)), false, meet.ErrRemoved},
		{"a meeting that has ended is over for the invited", knock("p:a", ended), false, meet.ErrEnded},
		{"a meeting that has ended is over for the host", knock("p:mayor", ended), false, meet.ErrEnded},
		{"a meeting that has ended is over for an organiser", knock("p:a", both(organiser, ended)), false, meet.ErrEnded},
		{"a locked meeting keeps the invited out", knock("p:a", locked), false, meet.ErrLocked},
		{"a locked meeting lets back in who was in", knock("p:a", both(locked, back)), false, nil},
		{"a locked meeting lets its host in", knock("p:mayor", locked), true, nil},
		{"a locked meeting lets an organiser in", knock("p:a", both(organiser, locked)), true, nil},
		{"a locked meeting does not tell a stranger that it is locked", knock("p:a", both(locked, stranger)), false, meet.ErrNotInvited},
		{"a meeting of staff keeps guests out", knock("g:1", staffOnly), false, meet.ErrGuestsOff},
		{"a meeting of staff lets a guest back in who was in before it became one", knock("g:1", both(staffOnly, back)), false, nil},
		{"a meeting of staff lets staff in", knock("p:a", staffOnly), false, nil},
		{"a full meeting keeps the invited out", knock("p:a", full), false, meet.ErrFull},
		{"a full meeting keeps out who was in and lost the place", knock("p:a", both(full, back)), false, meet.ErrFull},
		{"a full meeting has a chair for its host", knock("p:mayor", full), true, nil},
		{"a full meeting has a chair for an organiser", knock("p:a", both(full, organiser)), true, nil},
		{"the last chair can be taken", knock("p:a", func(k *meet.Knock) { k.Present = 9 }), false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := meet.Admit(c.k)
			if err != c.want || got.Host != c.host {
				t.Errorf("got %+v, %v; want host %v, %v", got, err, c.host, c.want)
			}
		})
	}
}

// Every knock there can be: 4 subjects × 3 states × 2⁷ answers × 3 numbers of people present.
func TestNoKnockWhateverGetsPastARemovalOrAnEnd(t *testing.T) {
	t.Parallel()
	let := 0
	for _, who := range []meet.Subject{"", "p:a", "a:1", "g:1"} {
		for _, state := range []meet.State{meet.StateScheduled, meet.StateOpen, meet.StateEnded} {
			for _, present := range []int{0, 4, 5} {
				for bits := range 1 << 7 {
					bit := func(n int) bool { return bits>>n&1 == 1 }
					k := meet.Knock{
						Meeting: meet.Meeting{State: state, Host: "p:other", Locked: bit(0), Guests: bit(1)},
						Subject: who, Organiser: bit(2), Invited: bit(3), WasIn: bit(4), Removed: bit(5),
						Present: present, Capacity: 5,
					}
					if bit(6) {
						k.Meeting.Host = who
					}
					v, err := meet.Admit(k)
					if v2, err2 := meet.Admit(k); v2 != v || err2 != err {
						t.Fatalf("%+v: two answers", k)
					}
					if err != nil {
						if v.Host {
							t.Fatalf("%+v: refused and host", k)
						}
						continue
					}
					let++
					host := k.Organiser || bit(6)
					switch {
					case who == "", k.Removed, state == meet.StateEnded, v.Host != host:
						t.Fatalf("%+v: let in, host %v", k, v.Host)
					case !host && (present == 5 || !k.Invited && !k.WasIn || k.Meeting.Locked && !k.WasIn):
						t.Fatalf("%+v: let in", k)
					}
				}
			}
		}
	}
	if let == 0 {
		t.Error("nobody was let in at all")
	}
}
