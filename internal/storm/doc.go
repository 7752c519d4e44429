// Package storm kills the program at random moments while it is used, stops it at every call that
// reaches the disk, cuts its power and fills its disks, and looks whether everything that it had
// acknowledged is still there. It is a test and nothing else: `make crash` runs it long.
package storm
