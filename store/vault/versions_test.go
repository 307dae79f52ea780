package vault

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// gone makes a key with two versions and does something to the newer.
func gone(t *testing.T, s *Versioned, key, kind string) {
	t.Helper()
	must(t, s.Set(ctx, key, secret.Text("first")))
	must(t, s.Set(ctx, key, secret.Text("second")))
	destroy(t, s, key, kind, 2)
}

// destroy sends what Vault's own command would.
func destroy(t *testing.T, s *Versioned, key, kind string, version uint64) {
	t.Helper()
	if kind == "data" {
		must(t, second(s.server.client.Logical().DeleteWithContext(ctx, s.place.data(key))))
		return
	}
	at := strings.Replace(s.place.data(key), "/data/", "/"+kind+"/", 1)
	_, _, err := s.server.write(ctx, at, "update", map[string]any{"versions": []uint64{version}})
	must(t, err)
}

func TestDeletedAndDestroyedAreToldApart(t *testing.T) {
	f := newFake(t)
	deletedAndDestroyed(t, open(t, f.url, rootToken, nil).(*Versioned))
}

func deletedAndDestroyed(t *testing.T, s *Versioned) {
	softly(t, s)
	leftBetween(t, s)
	gone(t, s, "DESTROYED", "destroy")
	_, err := s.Get(ctx, "DESTROYED")
	wantError(t, err, secret.NotFound, "destroyed", "gone for good", "roll back to version 1")
	destroy(t, s, "DESTROYED", "destroy", 1)
	_, err = s.Get(ctx, "DESTROYED")
	wantError(t, err, secret.NotFound, "destroyed", "no older version is kept")
	wantError(t, second(s.Versions(ctx, "DESTROYED")), secret.NotFound)
	wantError(t, second(s.Rollback(ctx, "DESTROYED", 0)), secret.NotFound, "no value before")
	wantError(t, second(s.Rollback(ctx, "DESTROYED", 1)), secret.NotFound, "deleted, destroyed or no longer kept")
	must(t, s.Add(ctx, "DESTROYED", secret.Text("again")))
	wantText(t, s, "DESTROYED", "again")
	if err := s.Add(ctx, "DESTROYED", secret.Text("more")); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second add: %v", err)
	}
}

// leftBetween: the value before the newest is the newest of those that are left.
func leftBetween(t *testing.T, s *Versioned) {
	for _, value := range []string{"first", "deleted", "destroyed", "newest"} {
		must(t, s.Set(ctx, "BETWEEN", secret.Text(value)))
	}
	destroy(t, s, "BETWEEN", "delete", 2)
	destroy(t, s, "BETWEEN", "destroy", 3)
	taken, err := s.Rollback(ctx, "BETWEEN", 0)
	if err != nil || taken != 1 {
		t.Errorf("version %d was taken, want the first; error %v", taken, err)
	}
}

// TestDeletionToCome: a version that will be deleted, as a mount can have it, is there.
func TestDeletionToCome(t *testing.T) {
	now := time.Now()
	for end, want := range map[time.Time]int{now.Add(time.Hour): 1, now.Add(-time.Hour): 0} {
		about := map[string]any{"created_time": now.Format(time.RFC3339Nano), "deletion_time": end.Format(time.RFC3339Nano), "destroyed": false}
		h, ok := newHistory(map[string]any{"current_version": json.Number("1"), "versions": map[string]any{"1": about}}, now)
		if !ok || len(h.live) != want {
			t.Errorf("%d versions, want %d", len(h.live), want)
		}
	}
}

func softly(t *testing.T, s *Versioned) {
	gone(t, s, "DELETED", "data")
	_, err := s.Get(ctx, "DELETED")
	wantError(t, err, secret.NotFound, "version 2 is marked as deleted since 2", "roll back to version 1", "vault kv undelete -versions=2 -mount=secret xec/DELETED")
	if found, err := s.Has(ctx, "DELETED"); found || err != nil {
		t.Errorf("a deleted key is there: %v, %v", found, err)
	}
	if got, err := s.GetBatch(ctx, []string{"DELETED"}); len(got) != 0 || err != nil {
		t.Errorf("%d values of a deleted key, %v", len(got), err)
	}
	versions, err := s.Versions(ctx, "DELETED")
	must(t, err)
	if len(versions) != 1 || versions[0].Number != 1 {
		t.Errorf("versions %v, want the first alone", versions)
	}
	taken, err := s.Rollback(ctx, "DELETED", 0)
	must(t, err)
	if taken != 1 {
		t.Errorf("version %d was taken", taken)
	}
	wantText(t, s, "DELETED", "first")
	destroy(t, s, "DELETED", "data", 3)
	must(t, s.Set(ctx, "DELETED", secret.Text("anew")))
	wantText(t, s, "DELETED", "anew")
	destroy(t, s, "DELETED", "data", 4)
	must(t, s.Delete(ctx, "DELETED"))
	wantError(t, s.Delete(ctx, "DELETED"), secret.NotFound)
}

func TestRollbackKeepsOtherFields(t *testing.T) {
	f := newFake(t)
	s := open(t, f.url, rootToken, nil).(*Versioned)
	f.place("xec/KEY", map[string]any{"value": "one"})
	f.place("xec/KEY", map[string]any{"value": "two", "owner": "team"})
	must(t, second(s.Rollback(ctx, "KEY", 1)))
	if got := f.entryAt("xec/KEY"); got["value"] != "one" || got["owner"] != "team" {
		t.Error("another field was lost")
	}
}

// TestVersionsThatCannotBeTold are left out, as there is no value to go back to.
func TestVersionsThatCannotBeTold(t *testing.T) {
	f := newFake(t)
	s := open(t, f.url, rootToken, nil).(*Versioned)
	f.place("xec/KEY", map[string]any{"a": "1", "b": "2"})
	f.place("xec/KEY", map[string]any{"value": "two"})
	versions, err := s.Versions(ctx, "KEY")
	must(t, err)
	if len(versions) != 1 || versions[0].Number != 2 {
		t.Errorf("versions %v", versions)
	}
	wantError(t, second(s.Rollback(ctx, "KEY", 1)), secret.General, "none is called")
}
