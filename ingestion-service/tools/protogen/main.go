// Protogen compiles ../proto and writes the Go code of the service, without protoc. Run it in ingestion-service:
//
//	go -C tools run ./protogen          # writes internal/gen
//	go -C tools run ./protogen -check   # fails when internal/gen is not what ../proto says
//
// It knows nothing of the service: which files belong to it is the list below.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

const (
	protoDir = "../../proto"
	module   = "junjo.local/ingestion-service"
	outDir   = ".."
)

// files of proto/ that the service speaks.
var files = []string{
	"ingestion/internal_auth.proto",
	"ingestion/internal_ingestion.proto",
	"junjo/ingestion/v1/batches.proto",
}

// plugins, run as tools of this module, with the parameters that each needs.
var plugins = map[string]string{
	"protoc-gen-go":      "module=" + module,
	"protoc-gen-go-grpc": "module=" + module,
}

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(check bool) error {
	descriptors, err := compile()
	if err != nil {
		return err
	}
	var stale []string
	for plugin, parameter := range plugins {
		generated, err := generate(plugin, parameter, descriptors)
		if err != nil {
			return fmt.Errorf("%s: %w", plugin, err)
		}
		for _, file := range generated {
			path := filepath.Join(outDir, filepath.FromSlash(file.GetName()))
			if check {
				if found, err := os.ReadFile(path); err != nil || string(found) != file.GetContent() {
					stale = append(stale, file.GetName())
				}
				continue
			}
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(file.GetContent()), 0o644); err != nil {
				return err
			}
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("not what proto/ says: %s; run `go -C tools run ./protogen`", strings.Join(stale, ", "))
	}
	return nil
}

// compile returns the descriptors with source info, so that comments reach the generated code.
func compile() ([]*descriptorpb.FileDescriptorProto, error) {
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{protoDir}}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	compiled, err := compiler.Compile(context.Background(), files...)
	if err != nil {
		return nil, err
	}
	descriptors := make([]*descriptorpb.FileDescriptorProto, 0, len(compiled))
	for _, file := range compiled {
		descriptors = append(descriptors, protodesc.ToFileDescriptorProto(file))
	}
	return descriptors, nil
}

func generate(plugin, parameter string, descriptors []*descriptorpb.FileDescriptorProto) ([]*pluginpb.CodeGeneratorResponse_File, error) {
	request, err := proto.Marshal(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: files,
		Parameter:      proto.String(parameter),
		ProtoFile:      descriptors,
	})
	if err != nil {
		return nil, err
	}
	command := exec.Command("go", "tool", plugin)
	command.Stdin = bytes.NewReader(request)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, err
	}
	var response pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(output, &response); err != nil {
		return nil, err
	}
	if response.Error != nil {
		return nil, errors.New(response.GetError())
	}
	return response.GetFile(), nil
}
