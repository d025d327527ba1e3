package storage

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func claim(node string) controller.ProvisionOptions {
	reclaim := v1.PersistentVolumeReclaimDelete
	options := controller.ProvisionOptions{
		PVName:           "pvc-1",
		PVC:              &v1.PersistentVolumeClaim{},
		StorageClass:     &storagev1.StorageClass{ReclaimPolicy: &reclaim},
		SelectedNodeName: node,
	}
	options.PVC.Spec.AccessModes = []v1.PersistentVolumeAccessMode{v1.ReadWriteOnce}
	options.PVC.Spec.Resources.Requests = v1.ResourceList{v1.ResourceStorage: resource.MustParse("1Gi")}
	return options
}

func TestAClaimGetsAFolderThatAnyUserCanWrite(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	parent := t.TempDir()

	volume, _, err := folders{parent}.Provision(context.Background(), claim("node2"))
	if err != nil {
		t.Fatal(err)
	}

	path := filepath.Join(parent, "pvc-1")
	if volume.Spec.Local == nil || volume.Spec.Local.Path != path {
		t.Errorf("source is %v, expected the local folder %s", volume.Spec.PersistentVolumeSource, path)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o777 {
		t.Errorf("folder has mode %o, expected 777", mode)
	}
	if size := volume.Spec.Capacity[v1.ResourceStorage]; size.String() != "1Gi" {
		t.Errorf("capacity is %s, expected 1Gi", size.String())
	}
}

func TestAVolumeStaysOnTheNodeOfItsFirstPod(t *testing.T) {
	volume, _, err := folders{t.TempDir()}.Provision(context.Background(), claim("node2"))
	if err != nil {
		t.Fatal(err)
	}

	match := volume.Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0]
	if match.Key != v1.LabelHostname || len(match.Values) != 1 || match.Values[0] != "node2" {
		t.Errorf("affinity is %v, expected the host name node2", match)
	}
}

func TestAClaimWithoutANodeIsRefused(t *testing.T) {
	parent := t.TempDir()

	if _, _, err := (folders{parent}).Provision(context.Background(), claim("")); err == nil {
		t.Error("a volume was made for no node")
	}
	if entries, _ := os.ReadDir(parent); len(entries) != 0 {
		t.Errorf("%s was left behind", entries[0].Name())
	}
}

func TestADeletedVolumeLeavesNothingBehind(t *testing.T) {
	parent := t.TempDir()
	volume, _, err := folders{parent}.Provision(context.Background(), claim("node1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(volume.Spec.Local.Path, "message"), []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}

	if err := (folders{parent}).Delete(context.Background(), volume); err != nil {
		t.Fatal(err)
	}

	if entries, _ := os.ReadDir(parent); len(entries) != 0 {
		t.Errorf("%s was left behind", entries[0].Name())
	}
}
