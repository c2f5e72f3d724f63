// What compose's own library makes of the project in the working directory, as JSON by service.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

type service struct {
	Environment types.MappingWithEquals `json:"environment"`
	Arguments   types.MappingWithEquals `json:"arguments"`
	Command     []string                `json:"command"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	options, err := cli.NewProjectOptions(
		os.Args[1:], cli.WithOsEnv, cli.WithEnvFiles(), cli.WithDotEnv, cli.WithDefaultConfigPath,
		cli.WithProfiles([]string{"*"}),
	)
	if err != nil {
		return err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return err
	}
	project, err = project.WithServicesEnvironmentResolved(true)
	if err != nil {
		return err
	}
	services := map[string]service{}
	for name, each := range project.Services {
		made := service{each.Environment, nil, append(append([]string{}, each.Entrypoint...), each.Command...)}
		if each.Build != nil {
			made.Arguments = each.Build.Args.Resolve(options.Environment.Resolve).RemoveEmpty()
		}
		services[name] = made
	}
	return json.NewEncoder(os.Stdout).Encode(services)
}
