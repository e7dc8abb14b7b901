//! The server as a process: starting, stopping, kills, disks that fail, copies of its folder, commands beside it.

mod backup;
mod crash;
mod disk;
mod poison;
mod reset_password;
mod restart;
mod startup;
