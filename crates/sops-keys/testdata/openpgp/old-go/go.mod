module old-go

go 1.20

require golang.org/x/crypto v0.0.0-20190308221718-c2843e01d9a2
