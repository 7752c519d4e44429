package scan

import (
	"testing"
	"testing/iotest"
)

func TestOffSaysThatNobodyLooked(t *testing.T) {
	v, err := Off{}.Scan(t.Context(), iotest.ErrReader(iotest.ErrTimeout))
	if err != nil || v.State != Unscanned || !v.Released() {
		t.Errorf("Scan = %+v, %v", v, err)
	}
}

func TestOnlyCleanAndUnscannedAreReleased(t *testing.T) {
	for state, want := range map[State]bool{Clean: true, Unscanned: true, Found: false, Unscannable: false, "": false, "other": false} {
		if got := (Verdict{State: state}).Released(); got != want {
			t.Errorf("%q: Released = %v, want %v", state, got, want)
		}
	}
}
