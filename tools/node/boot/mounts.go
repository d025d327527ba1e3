package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// overlay is a root file system: a shared, unchanged one below and what this node changes above.
type overlay struct {
	Lower  string `json:"lower"`
	Upper  string `json:"upper"`
	Work   string `json:"work"`
	Target string `json:"target"`
}

// mount puts a folder of the machine outside at a path inside the root.
type mount struct {
	Source string `json:"source"`
	Target string `json:"target"`
}

// enter makes the overlay the root of this mount namespace, and unmounts all else.
func enter(root overlay, binds []mount) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	layers := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", root.Lower, root.Upper, root.Work)
	if err := unix.Mount("overlay", root.Target, "overlay", 0, layers); err != nil {
		return fmt.Errorf("mount overlay (%s): %w", layers, err)
	}
	for _, kind := range []mount{{"proc", "/proc"}, {"tmpfs", "/run"}, {"tmpfs", "/tmp"}} {
		if err := attach(root.Target, kind, kind.Source, 0); err != nil {
			return err
		}
	}
	for _, bind := range append([]mount{{"/sys", "/sys"}, {"/dev", "/dev"}}, binds...) {
		if err := attach(root.Target, bind, "", unix.MS_BIND|unix.MS_REC); err != nil {
			return err
		}
	}
	if err := os.Chdir(root.Target); err != nil {
		return err
	}
	// With one folder as both, the old root comes to lie over the new one, ready to be unmounted.
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root to %s: %w", root.Target, err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("unmount the old root: %w", err)
	}
	// The kubelet passes mounts on to containers. Before the pivot the kernel refuses a shared tree.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return fmt.Errorf("make mounts shared: %w", err)
	}
	return os.Chdir("/")
}

func attach(root string, m mount, kind string, flags uintptr) error {
	target := filepath.Join(root, m.Target)
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(m.Source, target, kind, flags, ""); err != nil {
		return fmt.Errorf("mount %s at %s: %w", m.Source, m.Target, err)
	}
	return nil
}
