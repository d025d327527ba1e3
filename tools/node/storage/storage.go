// Package storage gives every claim of a cluster's default class a folder as its volume.
package storage

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// Provisioner is the name by which a StorageClass asks for these volumes.
const Provisioner = "chartproof/folder"

// folders makes volumes in one folder that every node sees at the same path.
//
// They are "local" volumes because those honour a pod's fsGroup; "hostPath" ones do not.
type folders struct{ parent string }

// Provision makes the folder of a claim that was scheduled to a node, and ties the volume to it.
func (f folders) Provision(_ context.Context, o controller.ProvisionOptions) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	if o.SelectedNodeName == "" {
		return nil, controller.ProvisioningFinished,
			errors.New("the class needs volumeBindingMode WaitForFirstConsumer: a folder belongs to a node")
	}
	path := filepath.Join(f.parent, o.PVName)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	// A pod without fsGroup has to be able to write too, whatever this process's umask.
	if err := os.Chmod(path, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: o.PVName},
		Spec: v1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			AccessModes:                   o.PVC.Spec.AccessModes,
			Capacity: v1.ResourceList{
				v1.ResourceStorage: o.PVC.Spec.Resources.Requests[v1.ResourceStorage],
			},
			PersistentVolumeSource: v1.PersistentVolumeSource{Local: &v1.LocalVolumeSource{Path: path}},
			NodeAffinity:           only(o.SelectedNodeName),
		},
	}, controller.ProvisioningFinished, nil
}

// Delete removes the folder of a volume whose claim is gone.
func (f folders) Delete(_ context.Context, volume *v1.PersistentVolume) error {
	return os.RemoveAll(filepath.Join(f.parent, volume.Name))
}

func only(node string) *v1.VolumeNodeAffinity {
	return &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{
		NodeSelectorTerms: []v1.NodeSelectorTerm{{
			MatchExpressions: []v1.NodeSelectorRequirement{{
				Key: v1.LabelHostname, Operator: v1.NodeSelectorOpIn, Values: []string{node},
			}},
		}},
	}}
}

// Run makes and removes volumes in the folder `parent` until the context ends.
func Run(ctx context.Context, kubeconfig, parent string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	controller.NewProvisionController(
		ctx, client, Provisioner, folders{parent}, controller.LeaderElection(false),
	).Run(ctx)
	return nil
}
