module fleetca.example/fleetca

go 1.19
