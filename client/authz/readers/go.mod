module fleetca.example/readers

go 1.19
