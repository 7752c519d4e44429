// Command envexample prints a file of settings to begin with, for the package.
package main

import (
	"fmt"

	"voordeur/internal/config"
)

func main() { fmt.Print(config.Example()) }
